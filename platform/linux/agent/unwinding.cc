// In every module. pthread_exit() and pthread_cancel() unwind with the
// program's libgcc_s, which calls the module's personality routine for its
// frames, and that calls the module's own copy of libgcc. The copy aborts there
// unless it has unwound something itself before: so it does.

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
