// Observes exceptions of a program that uses the shared libstdc++, in any of
// its libraries. __cxa_throw() and std::make_exception_ptr() call the function
// below by name, and the dynamic linker finds this definition first.
//
// The definition is weak and gives way to the runtime's own in a program that
// is linked against libstdc++ statically. Exceptions of such a program have no
// backtrace.

#include <dlfcn.h>
#include <unwind.h>

#include <atomic>
#include <cstdint>
#include <typeinfo>

#include "platform/throws/current_throw_observer.h"
#include "platform/throws/throw_observer.h"

namespace {

using InitPrimaryException = void* (*)(void*, std::type_info*, void (*)(void*));

// Returns the __cxa_throw() of the library that contains `function`.
// AddressSanitizer defines one, too.
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

// Has another name in C++, because some headers declare the function with a
// type that only the runtime knows.
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
