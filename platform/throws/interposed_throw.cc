// Sees what a program throws with the shared libstdc++, in whichever library:
// __cxa_throw() and std::make_exception_ptr() call the function below by its
// name, and the dynamic linker finds this one first.
//
// Weak, so that it gives way to the runtime's own in a program that is linked
// against it statically; such a program's exceptions have no backtrace.

#include <dlfcn.h>
#include <unwind.h>

#include <atomic>
#include <cstdint>
#include <typeinfo>

#include "platform/throws/current_throw_observer.h"
#include "platform/throws/throw_observer.h"

namespace {

using InitPrimaryException = void* (*)(void*, std::type_info*, void (*)(void*));

// The __cxa_throw() of the library that `function` is in: AddressSanitizer has
// one, too.
const void* ThrowFunctionNextTo(InitPrimaryException function) {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(function), &info) == 0) return nullptr;
  void* library = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return nullptr;
  const void* throw_function = dlsym(library, "__cxa_throw");
  dlclose(library);
  return throw_function;
}

}  // namespace

// By another name in C++: some headers declare the function, with a type that
// only the runtime knows.
extern "C" void* RelibInitPrimaryException(void* exception,
                                           std::type_info* type,
                                           void (*destroy)(void*)) noexcept
    asm("__cxa_init_primary_exception");

extern "C" [[gnu::weak, gnu::visibility("default")]] void*
RelibInitPrimaryException(void* exception, std::type_info* type,
                          void (*destroy)(void*)) noexcept {
  static const auto real = reinterpret_cast<InitPrimaryException>(
      dlsym(RTLD_NEXT, "__cxa_init_primary_exception"));
  if (const relib::platform::ThrowObserver observer =
          relib::platform::current_throw_observer.load(
              std::memory_order_acquire)) {
    void* caller = __builtin_return_address(0);
    static const void* const throw_function = ThrowFunctionNextTo(real);
    observer(exception, reinterpret_cast<uintptr_t>(caller),
             _Unwind_FindEnclosingFunction(caller) == throw_function);
  }
  return real(exception, type, destroy);
}
