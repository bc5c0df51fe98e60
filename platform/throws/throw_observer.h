#ifndef PLATFORM_THROWS_THROW_OBSERVER_H_
#define PLATFORM_THROWS_THROW_OBSERVER_H_

#include <cstdint>

namespace relib::platform {

// Called on the thread that throws, before the stack is unwound, with each
// exception object that is thrown for the first time or is made by
// std::make_exception_ptr(). Not for `throw;` and std::rethrow_exception().
//
// `caller` is the address of the frame (stack_walker.h) that does it; if
// `skip_caller`, the frame belongs to the C++ runtime, and it is the next.
using ThrowObserver = void (*)(const void* exception, uintptr_t caller,
                               bool skip_caller) noexcept;

// Sets the observer of the image that this is linked into; null: none. One
// implementation is for modules (target :module_throw_observer), which have a
// C++ runtime of their own. The other (:host_throw_observer) sees what the
// program throws, in which of its libraries it may be; but not what another
// library throws that has its own C++ runtime.
void ObserveThrows(ThrowObserver observer);

}  // namespace relib::platform

#endif  // PLATFORM_THROWS_THROW_OBSERVER_H_
