#ifndef PLATFORM_RESOURCES_DESTRUCTORS_H_
#define PLATFORM_RESOURCES_DESTRUCTORS_H_

#include <atomic>
#include <functional>
#include <utility>

namespace relib::platform {

// Runs the destructors of objects in an image for code that has registered
// them. Thread-safe.
class Destructors {
 public:
  using Function = void (*)(void* object);
  // Empty means a direct call.
  using Runner = std::function<void(Function destroy, void* object)>;

  explicit Destructors(Runner runner) : runner_(std::move(runner)) {}

  // Returns whether destructors are called through a Runner.
  bool are_guarded() const { return runner_ != nullptr; }

  void Skip() { skipped_.store(true); }
  bool are_skipped() const { return skipped_.load(); }

  void Run(Function destroy, void* object) const {
    if (are_skipped()) return;
    if (are_guarded()) {
      runner_(destroy, object);
    } else {
      destroy(object);
    }
  }

 private:
  const Runner runner_;
  std::atomic<bool> skipped_ = false;
};

}  // namespace relib::platform

#endif  // PLATFORM_RESOURCES_DESTRUCTORS_H_
