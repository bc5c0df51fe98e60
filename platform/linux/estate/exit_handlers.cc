#include <cstdlib>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "platform/estate/destructors.h"
#include "platform/linux/estate/resources.h"

// The C++ ABI's; <cxxabi.h> doesn't declare it.
extern "C" int __cxa_atexit(void (*destroy)(void*), void* object,
                            void* library);

namespace relib::platform {
namespace {

// What modules have given to on_exit(), in this order. (What they have given to
// atexit(), at_quick_exit() and pthread_atfork(), and their static objects, the
// C library knows by their images, and deals with it when those go.)
class ExitHandlers final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::exit_handlers;

  int Add(const Destructors* destructors, ExitFunction function,
          void* argument) {
    static const int result =
        ::on_exit([](int status, void*) { Run(nullptr, status); }, nullptr);
    if (result != 0) return result;
    All& all = AllHandlers();
    const std::lock_guard lock(all.mutex);
    all.handlers.push_back({.owner = this,
                            .destructors = destructors,
                            .function = function,
                            .argument = argument});
    return 0;
  }

  // As atexit() does when a library is unloaded.
  void BeforeDestructors() override { Run(this, 0); }

 private:
  struct Handler {
    const ExitHandlers* owner = nullptr;
    const Destructors* destructors = nullptr;
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
      struct Call {
        const Handler& handler;
        int status;
      } call = {.handler = next, .status = status};
      next.destructors->Run(
          [](void* argument) {
            const auto& [handler, status] = *static_cast<Call*>(argument);
            handler.function(status, handler.argument);
          },
          &call);
    }
  }
};

}  // namespace

std::unique_ptr<Resources> make::exit_handlers() {
  return std::make_unique<ExitHandlers>();
}

int hooks::on_exit(void* estate, ExitFunction function, void* argument) {
  return ResourcesOf<ExitHandlers>(estate).Add(
      static_cast<ResourcesOfModule*>(estate)->destructors().get(), function,
      argument);
}

// The C library goes on keeping them, in the order of the whole process.
int hooks::__cxa_atexit(void* estate, DestroyFunction destroy, void* object,
                        void* library) {
  const std::shared_ptr<Destructors>& destructors =
      static_cast<ResourcesOfModule*>(estate)->destructors();
  if (!destructors->are_guarded()) {
    return ::__cxa_atexit(destroy, object, library);
  }
  struct Kept {
    std::shared_ptr<const Destructors> destructors;
    DestroyFunction destroy;
    void* object;
  };
  auto kept = std::make_unique<Kept>(
      Kept{.destructors = destructors, .destroy = destroy, .object = object});
  const int result = ::__cxa_atexit(
      [](void* argument) {
        const std::unique_ptr<const Kept> kept(static_cast<Kept*>(argument));
        kept->destructors->Run(kept->destroy, kept->object);
      },
      kept.get(), library);
  if (result == 0) static_cast<void>(kept.release());
  return result;
}

}  // namespace relib::platform
