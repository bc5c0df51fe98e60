#ifndef RELIB_ABI_TESTDATA_UNSTABLE_H_
#define RELIB_ABI_TESTDATA_UNSTABLE_H_

#include <string>

#include "relib/abi/string.h"
#include "relib/interface.h"

// The second entry has a type that isn't stable.
struct UnstableExports {
  relib::Export<relib::abi::String(relib::abi::Str name)> welcome;
  relib::Export<std::string(relib::abi::Str name)> greet;
};
RELIB_INTERFACE(UnstableExports, welcome, greet);

// The part of it that a host of any compiler can use.
struct StableExports {
  relib::Export<relib::abi::String(relib::abi::Str name)> welcome;
};
RELIB_INTERFACE(StableExports, welcome);

#endif  // RELIB_ABI_TESTDATA_UNSTABLE_H_
