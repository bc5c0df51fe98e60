#ifndef TESTS_MODULES_CRASHER_H_
#define TESTS_MODULES_CRASHER_H_

#include <cstdint>
#include <string>

#include "relib/function_ref.h"
#include "relib/interface.h"

// A module that crashes in the requested way.

namespace crasher {

enum class How {
  kNullWrite,
  kWildRead,
  kStackOverflow,
  kDivisionByZero,
  kIllegalInstruction,
  kAbort,
  kTerminate,
  kPureVirtualCall,
  kCallOfNull,
  kInTheCLibrary,
};
inline constexpr How kAll[] = {
    How::kNullWrite,      How::kWildRead,           How::kStackOverflow,
    How::kDivisionByZero, How::kIllegalInstruction, How::kAbort,
    How::kTerminate,      How::kPureVirtualCall,    How::kCallOfNull,
    How::kInTheCLibrary,
};

struct Exports {
  relib::Export<void(How)> crash;
  relib::Export<int(How)> crash_for_int;
  relib::Export<std::string(How)> crash_for_string;
  relib::Export<int(int a, int b)> add;
  // Calls the import `host`.
  relib::Export<void()> call_host;
  // Passes a function that crashes to the import `visit`.
  relib::Export<void()> crash_in_callback;
  // Leaks heap blocks, and creates a thread_local and a static object.
  relib::Export<void()> leave_something;
  relib::Export<void(bool)> set_crash_in_before_unload;
  // Makes destructors count in `*destroyed`, or crash.
  relib::Export<void(int* destroyed, bool crash)> set_destroyed;
};
RELIB_INTERFACE(Exports, crash, crash_for_int, crash_for_string, add, call_host,
                crash_in_callback, leave_something, set_crash_in_before_unload,
                set_destroyed);

struct Imports {
  relib::Import<void()> host;
  relib::Import<void(relib::FunctionRef<void()>)> visit;
};
RELIB_INTERFACE(Imports, host, visit);

}  // namespace crasher

#endif  // TESTS_MODULES_CRASHER_H_
