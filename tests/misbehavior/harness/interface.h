#ifndef TESTS_MISBEHAVIOR_HARNESS_INTERFACE_H_
#define TESTS_MISBEHAVIOR_HARNESS_INTERFACE_H_

#include <cstdint>
#include <string_view>

#include "relib/interface.h"

namespace relib::misbehavior {

// The interface of every module that misbehaves.
struct Exports {
  // Misbehaves as the first comment of the module's source says. That comment
  // also explains `argument` and the result.
  relib::Export<int64_t(std::string_view argument)> run;
};
RELIB_INTERFACE(Exports, run);

// The imports of modules that call their host.
struct Imports {
  relib::Import<int64_t(std::string_view argument)> call;
};
RELIB_INTERFACE(Imports, call);

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_INTERFACE_H_
