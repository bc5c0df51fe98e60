#ifndef PLATFORM_THROWS_CURRENT_THROW_OBSERVER_H_
#define PLATFORM_THROWS_CURRENT_THROW_OBSERVER_H_

#include <atomic>

#include "platform/throws/throw_observer.h"

namespace relib::platform {

// The observer that ObserveThrows() has set, for the hooks.
extern constinit std::atomic<ThrowObserver> current_throw_observer;

}  // namespace relib::platform

#endif  // PLATFORM_THROWS_CURRENT_THROW_OBSERVER_H_
