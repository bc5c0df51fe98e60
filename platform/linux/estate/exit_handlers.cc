#include <cstdlib>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "platform/linux/estate/resources.h"

namespace relib::platform {
namespace {

// What modules have given to on_exit(), in this order. (What they have given to
// atexit(), at_quick_exit() and pthread_atfork() the C library knows by their
// images, and deals with it when those go.)
class ExitHandlers final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::exit_handlers;

  int Add(ExitFunction function, void* argument) {
    static const int result =
        ::on_exit([](int status, void*) { Run(nullptr, status); }, nullptr);
    if (result != 0) return result;
    All& all = AllHandlers();
    const std::lock_guard lock(all.mutex);
    all.handlers.push_back(
        {.owner = this, .function = function, .argument = argument});
    return 0;
  }

  // As atexit() does when a library is unloaded.
  void BeforeDestructors() override { Run(this, 0); }

 private:
  struct Handler {
    const ExitHandlers* owner = nullptr;
    ExitFunction function = nullptr;
    void* argument = nullptr;
  };
  struct All {
    std::mutex mutex;
    std::list<Handler> handlers;
  };

  static All& AllHandlers() {
    static absl::NoDestructor<All> all;
    return *all;
  }

  // Runs those of `owner`, of all for null, the last one first.
  static void Run(const ExitHandlers* owner, int status) {
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
      next.function(status, next.argument);
    }
  }
};

}  // namespace

std::unique_ptr<Resources> make::exit_handlers() {
  return std::make_unique<ExitHandlers>();
}

int hooks::on_exit(void* estate, ExitFunction function, void* argument) {
  return ResourcesOf<ExitHandlers>(estate).Add(function, argument);
}

}  // namespace relib::platform
