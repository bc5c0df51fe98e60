// Observes exceptions of an image with its own C++ runtime: the linker
// redirects calls of NAME to __wrap_NAME (throw_observer.bzl).

#include <atomic>
#include <cstdint>
#include <typeinfo>

#include "platform/throws/current_throw_observer.h"
#include "platform/throws/throw_observer.h"

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names.
extern "C" {

[[noreturn]] void __real___cxa_throw(void* exception, std::type_info* type,
                                     void (*destroy)(void*));
void* __real___cxa_init_primary_exception(void* exception, std::type_info* type,
                                          void (*destroy)(void*)) noexcept;

[[noreturn]] void __wrap___cxa_throw(void* exception, std::type_info* type,
                                     void (*destroy)(void*)) {
  if (const relib::platform::ThrowObserver observer =
          relib::platform::current_throw_observer.load(
              std::memory_order_acquire)) {
    observer(exception,
             reinterpret_cast<uintptr_t>(__builtin_return_address(0)), false);
  }
  __real___cxa_throw(exception, type, destroy);
}

// Called by std::make_exception_ptr(). __cxa_throw() calls it, too, but within
// the runtime, where calls are not wrapped.
void* __wrap___cxa_init_primary_exception(void* exception, std::type_info* type,
                                          void (*destroy)(void*)) noexcept {
  if (const relib::platform::ThrowObserver observer =
          relib::platform::current_throw_observer.load(
              std::memory_order_acquire)) {
    observer(exception,
             reinterpret_cast<uintptr_t>(__builtin_return_address(0)), false);
  }
  return __real___cxa_init_primary_exception(exception, type, destroy);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
