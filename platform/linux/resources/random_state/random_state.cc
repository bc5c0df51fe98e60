#include <stdlib.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "absl/base/no_destructor.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// The memory that modules have given to rand() and random() of the whole
// process. Several modules may do so and be unloaded in any order, so they form
// a stack: a module that is unloaded is taken out, wherever it is.
class RandomStates {
 public:
  static RandomStates& Get() {
    static absl::NoDestructor<RandomStates> states;
    return *states;
  }

  // `change` is initstate() or setstate(), which return the previous state.
  template <typename Change>
  char* Set(const void* owner, char* state, Change change) {
    const std::lock_guard lock(mutex_);
    char* before = change();
    if (before == nullptr || before == state) return before;
    for (size_t i = 0; i < layers_.size(); ++i) {
      // The module has put back what it found.
      if (layers_[i].owner == owner && layers_[i].before == state) {
        layers_.resize(i);
        return before;
      }
    }
    layers_.push_back({.owner = owner, .before = before, .state = state});
    return before;
  }

  // Returns whether the state of the owner was in use.
  bool Remove(const void* owner) {
    const std::lock_guard lock(mutex_);
    bool was_in_use = false;
    for (size_t i = layers_.size(); i-- > 0;) {
      if (layers_[i].owner != owner) continue;
      const Layer removed = layers_[i];
      layers_.erase(layers_.begin() + static_cast<ptrdiff_t>(i));
      if (i < layers_.size()) {
        // Otherwise, the program has set another state between the two.
        if (layers_[i].before == removed.state) {
          layers_[i].before = removed.before;
        }
        continue;
      }
      // The current state can only be read by setting another one.
      char* current = ::setstate(removed.before);
      if (current == removed.state) {
        was_in_use = true;
      } else if (current != nullptr) {
        ::setstate(current);
      }
    }
    return was_in_use;
  }

 private:
  struct Layer {
    const void* owner = nullptr;
    char* before = nullptr;
    char* state = nullptr;
  };

  std::mutex mutex_;
  std::vector<Layer> layers_;
};

class RandomState final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kRandomState;

  void LeaveImage(ReclaimReport& report) override {
    if (RandomStates::Get().Remove(this)) {
      report.Add("random state", "of rand() and random()");
    }
  }
};

}  // namespace

std::unique_ptr<Resources> MakeRandomState() {
  return std::make_unique<RandomState>();
}

char* hooks::initstate(void* resources, unsigned seed, char* state,
                       size_t size) {
  return RandomStates::Get().Set(
      &ResourcesOf<RandomState>(resources), state,
      [=] { return ::initstate(seed, state, size); });
}

char* hooks::setstate(void* resources, char* state) {
  return RandomStates::Get().Set(&ResourcesOf<RandomState>(resources), state,
                                 [=] { return ::setstate(state); });
}

}  // namespace relib::platform
