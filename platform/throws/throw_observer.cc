#include "platform/throws/throw_observer.h"

#include <atomic>

#include "platform/throws/current_throw_observer.h"

namespace relib::platform {

constinit std::atomic<ThrowObserver> current_throw_observer = nullptr;

void ObserveThrows(ThrowObserver observer) {
  current_throw_observer.store(observer, std::memory_order_release);
}

}  // namespace relib::platform
