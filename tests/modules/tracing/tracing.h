#ifndef TESTS_MODULES_TRACING_TRACING_H_
#define TESTS_MODULES_TRACING_TRACING_H_

#include <string>

#include "relib/interface.h"

// A module that throws in many ways. The text of each exception is the number
// of the line that throws it.

namespace tracing {

enum class How {
  kDirectly,
  // Thrown by the C++ library, in std::vector::at().
  kByLibrary,
  // Caught and thrown again by `throw;`.
  kAgain,
  // Thrown by another thread, and rethrown by std::rethrow_exception().
  kOnAnotherThread,
  // Made by std::make_exception_ptr(), and rethrown.
  kMadePointer,
  // Thrown in a function that the C library calls back.
  kThroughCLibrary,
  // Thrown with 200 calls between the throw and the boundary.
  kDeep,
  // Three levels of std::throw_with_nested().
  kNested,
  // Thrown while another exception is handled.
  kInHandler,
  // Thrown by the host, and passed through this module.
  kByImport,
  // Thrown by the host while the host handles another exception.
  kByBeforeUnload,
};

struct Exports {
  relib::Export<void(How)> fail;
  // Returns the text of relib::Backtrace::Capture() in `CaptureHere`.
  relib::Export<std::string()> capture;
  // Throws and catches `count` exceptions.
  relib::Export<int(int count)> throw_and_catch;
};
RELIB_INTERFACE(Exports, fail, capture, throw_and_catch);

struct Imports {
  relib::Import<void()> call_back;
};
RELIB_INTERFACE(Imports, call_back);

}  // namespace tracing

#endif  // TESTS_MODULES_TRACING_TRACING_H_
