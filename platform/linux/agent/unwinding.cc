// pthread_exit() and pthread_cancel() unwind with the program's libgcc_s. For
// frames of a module, libgcc_s calls the personality routine of the module,
// which calls the module's own copy of libgcc. That copy aborts unless it has
// unwound before, so this makes it do so.

#include <unwind.h>

#include <atomic>

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
void __real__Unwind_SetGR(_Unwind_Context* context, int index,
                          _Unwind_Word value);
void __wrap__Unwind_SetGR(_Unwind_Context* context, int index,
                          _Unwind_Word value);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

void __wrap__Unwind_SetGR(_Unwind_Context* context, int index,
                          _Unwind_Word value) {
  static constinit std::atomic<bool> prepared = false;
  if (!prepared.load(std::memory_order_relaxed)) {
    _Unwind_Backtrace([](_Unwind_Context*, void*) { return _URC_END_OF_STACK; },
                      nullptr);
    prepared.store(true, std::memory_order_relaxed);
  }
  __real__Unwind_SetGR(context, index, value);
}
