#ifndef PLATFORM_THROWS_THROW_OBSERVER_H_
#define PLATFORM_THROWS_THROW_OBSERVER_H_

#include <cstdint>

namespace relib::platform {

// Called with each exception object that is thrown for the first time or made
// by std::make_exception_ptr(), on the throwing thread and before the stack is
// unwound. Not called for `throw;` and std::rethrow_exception().
//
// `caller` is the address of the throwing frame (StackFrame::address). If
// `skip_caller`, that frame belongs to the C++ runtime, and the next one
// throws.
using ThrowObserver = void (*)(const void* exception, uintptr_t caller,
                               bool skip_caller) noexcept;

// Sets the observer of the image that this is linked into; null removes it.
// There are two implementations. The one for modules (target
// :module_throw_observer) serves images with their own C++ runtime. The one for
// programs (:host_throw_observer) observes the program and all libraries that
// share its C++ runtime.
void ObserveThrows(ThrowObserver observer);

}  // namespace relib::platform

#endif  // PLATFORM_THROWS_THROW_OBSERVER_H_
