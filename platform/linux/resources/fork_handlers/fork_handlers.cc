#include <pthread.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "platform/host/fork.h"
#include "platform/linux/resources/resources.h"
#include "platform/resources/callbacks.h"

namespace relib::platform {
namespace {

// The handlers of pthread_atfork() of all modules. The C library calls handlers
// without a lock, so it cannot tell when a handler of an image has returned.
// It gets one set of handlers of the host instead.
class AllForkHandlers {
 public:
  AllForkHandlers() { LockAroundFork(mutex_); }

  struct Handler {
    ForkHandler prepare = nullptr;
    ForkHandler parent = nullptr;
    ForkHandler child = nullptr;
    // Null in a child.
    std::shared_ptr<Callbacks> callbacks;
  };

  static AllForkHandlers& Get() {
    static absl::NoDestructor<AllForkHandlers> handlers;
    return *handlers;
  }

  // Returns an error number.
  int Add(Handler handler) {
    static const int error = ::pthread_atfork(Prepare, Parent, Child);
    if (error != 0) return error;
    const std::lock_guard lock(mutex_);
    handlers_.push_back(std::move(handler));
    return 0;
  }

  void Remove(const std::shared_ptr<Callbacks>& callbacks) {
    const std::lock_guard lock(mutex_);
    std::erase_if(handlers_, [&](const Handler& handler) {
      return handler.callbacks == callbacks;
    });
  }

 private:
  // The handlers of the fork() that this thread executes. Each counts as
  // running until the fork() is over, because the rest of them must follow.
  static std::vector<Handler>& OfThisFork() {
    static thread_local absl::NoDestructor<std::vector<Handler>> handlers;
    return *handlers;
  }

  static void Prepare() {
    std::vector<Handler>& handlers = OfThisFork();
    {
      const std::lock_guard lock(Get().mutex_);
      handlers = Get().handlers_;
    }
    std::erase_if(handlers, [](const Handler& handler) {
      return handler.callbacks != nullptr && !handler.callbacks->Enter();
    });
    for (auto i = handlers.rbegin(); i != handlers.rend(); ++i) {
      if (i->prepare != nullptr) i->prepare();
    }
  }

  static void Parent() {
    for (const Handler& handler : OfThisFork()) {
      if (handler.parent != nullptr) handler.parent();
      if (handler.callbacks != nullptr) handler.callbacks->Leave();
    }
    std::vector<Handler>().swap(OfThisFork());
  }

  // The callbacks are neither left nor entered again: their mutex may belong to
  // a thread that does not exist here, and a child unloads nothing.
  static void Child() {
    for (Handler& handler : OfThisFork()) {
      if (handler.child != nullptr) handler.child();
      handler.callbacks = nullptr;
    }
    AllForkHandlers& all = Get();
    const std::lock_guard lock(all.mutex_);
    all.handlers_ = std::move(OfThisFork());
  }

  std::mutex mutex_;
  // In order of registration.
  std::vector<Handler> handlers_;
};

// The fork handlers of one module.
class ForkHandlers final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kForkHandlers;

  int Add(ForkHandler prepare, ForkHandler parent, ForkHandler child) {
    return AllForkHandlers::Get().Add({.prepare = prepare,
                                       .parent = parent,
                                       .child = child,
                                       .callbacks = callbacks_});
  }

  std::vector<std::string> Obstacles() const override {
    return callbacks_->Describe("a handler of pthread_atfork()");
  }

  bool Hold() override { return callbacks_->Hold(); }
  void Resume() override { callbacks_->Resume(); }

  void Stop() override { callbacks_->Stop(); }

  // A handler may use static objects. None runs, since callbacks are held.
  void BeforeDestructors() override {
    AllForkHandlers::Get().Remove(callbacks_);
    callbacks_->Stop();
  }

 private:
  const std::shared_ptr<Callbacks> callbacks_ = std::make_shared<Callbacks>();
};

}  // namespace

std::unique_ptr<Resources> MakeForkHandlers() {
  return std::make_unique<ForkHandlers>();
}

int hooks::__register_atfork(void* resources, ForkHandler prepare,
                             ForkHandler parent, ForkHandler child,
                             void* /*library*/) {
  return ResourcesOf<ForkHandlers>(resources).Add(prepare, parent, child);
}

}  // namespace relib::platform
