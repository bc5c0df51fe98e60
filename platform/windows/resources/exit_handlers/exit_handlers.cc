#include <stdlib.h>

#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/base/no_destructor.h"
#include "platform/native/mutex.h"
#include "platform/resources/destructors.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Functions that modules have registered with _onexit() of the C runtime, which
// keeps them until the process ends. A module's atexit() is its own and runs
// when the image goes.
class ExitHandlers final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kExitHandlers;

  _onexit_t Register(const Caller* caller, _onexit_t function) {
    static const bool registered = ::_onexit([] {
                                     Run(nullptr);
                                     return 0;
                                   }) != nullptr;
    if (!registered) return nullptr;
    All& all = AllHandlers();
    const std::lock_guard lock(all.mutex);
    all.handlers.push_back({.owner = this,
                            .function = function,
                            .destructors = caller->resources->destructors()});
    return function;
  }

  void BeforeDestructors() override { Run(this); }

 private:
  struct Handler {
    const ExitHandlers* owner = nullptr;
    _onexit_t function = nullptr;
    std::shared_ptr<Destructors> destructors;
  };
  struct All {
    Mutex mutex;
    std::list<Handler> handlers;
  };

  static All& AllHandlers() {
    static absl::NoDestructor<All> all;
    return *all;
  }

  // Runs the handlers of `owner`, or of all owners if null, the last one first.
  static void Run(const ExitHandlers* owner) {
    All& all = AllHandlers();
    while (true) {
      Handler next;
      {
        const std::lock_guard lock(all.mutex);
        auto found = all.handlers.end();
        for (auto i = all.handlers.begin(); i != all.handlers.end(); ++i) {
          if (owner == nullptr || i->owner == owner) found = i;
        }
        if (found == all.handlers.end()) return;
        next = *found;
        all.handlers.erase(found);
      }
      next.destructors->Run(
          [](void* function) { reinterpret_cast<_onexit_t>(function)(); },
          reinterpret_cast<void*>(next.function));
    }
  }
};

}  // namespace

std::unique_ptr<RecordedResources> MakeExitHandlers() {
  return std::make_unique<ExitHandlers>();
}

_onexit_t hooks::_onexit(const Caller* caller, _onexit_t function) {
  return ResourcesOf<ExitHandlers>(caller).Register(caller, function);
}

}  // namespace relib::platform
