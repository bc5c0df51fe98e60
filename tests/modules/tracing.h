#ifndef TESTS_MODULES_TRACING_H_
#define TESTS_MODULES_TRACING_H_

#include <string>

#include "relib/interface.h"

// A module that throws in many ways. The text of each exception is the line of
// the source that throws it.

namespace tracing {

enum class How {
  kDirectly,
  // By code of the C++ library: std::vector::at().
  kByLibrary,
  // Caught and thrown again by `throw;`.
  kAgain,
  // The same with std::rethrow_exception(), after another thread threw it.
  kOnAnotherThread,
  // Never thrown before it is rethrown.
  kMadePointer,
  // In a function that the C library calls back.
  kThroughCLibrary,
  // With 200 calls between it and the boundary.
  kDeep,
  // Three levels of std::throw_with_nested().
  kNested,
  // While an exception is being handled.
  kInHandler,
  // An exception of the host's, through this module.
  kByImport,
  // One that the host throws while it handles one of its own.
  kByBeforeUnload,
};

struct Exports {
  relib::Export<void(How)> fail;
  // relib::Backtrace::Capture() in `CaptureHere`: its ToString().
  relib::Export<std::string()> capture;
  // Throws and catches so many exceptions.
  relib::Export<int(int count)> throw_and_catch;
};
RELIB_INTERFACE(Exports, fail, capture, throw_and_catch);

struct Imports {
  relib::Import<void()> call_back;
};
RELIB_INTERFACE(Imports, call_back);

}  // namespace tracing

#endif  // TESTS_MODULES_TRACING_H_
