#ifndef PLATFORM_WINDOWS_RESOURCES_REPLACED_HANDLER_H_
#define PLATFORM_WINDOWS_RESOURCES_REPLACED_HANDLER_H_

#include <algorithm>
#include <mutex>
#include <vector>

#include "platform/native/mutex.h"

namespace relib::platform {

// A handler of which the process has only one, where setting it returns the
// previous one. Records which modules have set it, and what it was before.
// Thread-safe.
template <typename Handler>
class ReplacedHandler {
 public:
  // `exchange` sets the handler and returns the previous one.
  template <typename Exchange>
  Handler Set(const void* owner, Handler handler, Exchange exchange) {
    const std::lock_guard lock(mutex_);
    const Handler before = exchange(handler);
    const auto own = Find(owner);
    if (own == layers_.end()) {
      layers_.push_back({.owner = owner, .before = before, .now = handler});
    } else {
      own->now = handler;
    }
    return before;
  }

  // Restores the handler from before `owner` set it, unless somebody else has
  // set it since. Returns whether it did.
  template <typename Exchange>
  bool Restore(const void* owner, Exchange exchange) {
    const std::lock_guard lock(mutex_);
    const auto own = Find(owner);
    if (own == layers_.end()) return false;
    const Layer gone = *own;
    layers_.erase(own);
    // Owners that have replaced it must not restore it.
    for (Layer& layer : layers_) {
      if (layer.before == gone.now) layer.before = gone.before;
    }
    const Handler current = exchange(gone.before);
    if (current == gone.now) return gone.now != gone.before;
    exchange(current);
    return false;
  }

 private:
  struct Layer {
    const void* owner;
    Handler before;
    Handler now;
  };

  typename std::vector<Layer>::iterator Find(const void* owner) {
    return std::find_if(
        layers_.begin(), layers_.end(),
        [owner](const Layer& layer) { return layer.owner == owner; });
  }

  Mutex mutex_;
  std::vector<Layer> layers_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_REPLACED_HANDLER_H_
