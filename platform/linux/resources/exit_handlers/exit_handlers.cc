#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "platform/host/fork.h"
#include "platform/linux/host/begin_process_exit.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/variables/variables.h"
#include "platform/resources/destructors.h"

// Declared by the C++ ABI, but not in <cxxabi.h>.
extern "C" {
int __cxa_atexit(void (*destroy)(void*), void* object, void* library);
void __cxa_finalize(void* library);
[[gnu::visibility("hidden")]] extern void* __dso_handle;
}

namespace relib::platform {
namespace {

// The atexit() handlers and static objects of one module, in order of
// registration.
//
// Each one has a ticket, a handler that is registered with the C library, so
// that all of them run in the right order when the process exits. The C library
// cannot free the entry of a handler that has others after it, as is the case
// if the next version of a module is loaded before the previous one is
// unloaded. Tickets of unloaded modules are therefore reused.
class AtExitHandlers {
 public:
  AtExitHandlers() = default;
  AtExitHandlers(const AtExitHandlers&) = delete;
  AtExitHandlers& operator=(const AtExitHandlers&) = delete;
  ~AtExitHandlers() {
    All& all = AllTickets();
    const std::lock_guard lock(all.mutex);
    while (!tickets_.empty()) Take(*tickets_.back());
  }

  int Add(Destructors::Function destroy, void* object,
          std::shared_ptr<const Destructors> destructors) {
    All& all = AllTickets();
    const std::lock_guard lock(all.mutex);
    // Tickets must be in order of registration, so take one after the last.
    size_t next = tickets_.empty() ? all.none_free_below
                                   : std::max(all.none_free_below,
                                              tickets_.back()->number + 1);
    const bool is_first = next == all.none_free_below;
    while (next < all.tickets.size() && all.tickets[next].owner != nullptr) {
      ++next;
    }
    if (is_first) all.none_free_below = next;
    if (all.process_ends) next = all.tickets.size();
    if (next == all.tickets.size()) {
      all.tickets.push_back({.number = next});
      const int result =
          ::__cxa_atexit(RunTicket, &all.tickets.back(), &__dso_handle);
      if (result != 0) {
        all.tickets.pop_back();
        return result;
      }
    }
    Ticket& ticket = all.tickets[next];
    ticket.owner = this;
    ticket.handler = {.destroy = destroy,
                      .object = object,
                      .destructors = std::move(destructors)};
    tickets_.push_back(&ticket);
    return 0;
  }

  // Runs all handlers, the last one first.
  void RunAll() {
    All& all = AllTickets();
    while (true) {
      Handler handler;
      {
        const std::lock_guard lock(all.mutex);
        if (tickets_.empty()) return;
        handler = Take(*tickets_.back());
      }
      handler.destructors->Run(handler.destroy, handler.object);
    }
  }

 private:
  struct Handler {
    Destructors::Function destroy = nullptr;
    void* object = nullptr;
    std::shared_ptr<const Destructors> destructors = nullptr;
  };
  struct Ticket {
    size_t number = 0;
    // Null if the ticket is free.
    AtExitHandlers* owner = nullptr;
    Handler handler = {};
  };
  struct All {
    std::mutex mutex;
    // In the C library's order. Their addresses must not change.
    std::deque<Ticket> tickets;
    // A lower bound of the numbers of free tickets.
    size_t none_free_below = 0;
    bool process_ends = false;
  };

  // A child of fork() needs the mutex in exit().
  static All& AllTickets() { return ForkSafe<All>(); }

  static Handler Take(Ticket& ticket) {
    All& all = AllTickets();
    all.none_free_below = std::min(all.none_free_below, ticket.number);
    std::vector<Ticket*>& tickets =
        std::exchange(ticket.owner, nullptr)->tickets_;
    // Nearly always the last one: handlers run in reverse order.
    if (tickets.back() == &ticket) {
      tickets.pop_back();
    } else {
      std::erase(tickets, &ticket);
    }
    return std::exchange(ticket.handler, Handler());
  }

  static void RunTicket(void* argument) {
    All& all = AllTickets();
    auto& ticket = *static_cast<Ticket*>(argument);
    Handler handler;
    {
      const std::lock_guard lock(all.mutex);
      all.process_ends = true;
    }
    BeginProcessExit();
    {
      const std::lock_guard lock(all.mutex);
      if (ticket.owner == nullptr) return;
      handler = Take(ticket);
    }
    handler.destructors->Run(handler.destroy, handler.object);
  }

  std::vector<Ticket*> tickets_;
};

// The exit handlers of one module. at_quick_exit() needs no hook: the C library
// knows the image of such a handler, and removes it when the image is unloaded.
class ExitHandlers final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kExitHandlers;

  AtExitHandlers at_exit;

  // Registers a handler of on_exit().
  int Add(const Destructors* destructors, ExitFunction function,
          void* argument) {
    static const int result = ::on_exit(
        [](int status, void*) {
          BeginProcessExit();
          Run(nullptr, status);
        },
        nullptr);
    if (result != 0) return result;
    All& all = AllHandlers();
    const std::lock_guard lock(all.mutex);
    all.handlers.push_back({.owner = this,
                            .destructors = destructors,
                            .function = function,
                            .argument = argument});
    return 0;
  }

  // The same happens for atexit() when a library is unloaded.
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

  // A child of fork() needs the mutex in exit().
  static All& AllHandlers() { return ForkSafe<All>(); }

  // Runs the handlers of `owner`, or of all modules if null, the last one
  // first.
  static void Run(const ExitHandlers* owner, int status) {
    All& all = AllHandlers();
    while (true) {
      Handler next;
      {
        const std::lock_guard lock(all.mutex);
        const auto found =
            std::find_if(all.handlers.rbegin(), all.handlers.rend(),
                         [owner](const Handler& handler) {
                           return owner == nullptr || handler.owner == owner;
                         });
        if (found == all.handlers.rend()) return;
        next = *found;
        all.handlers.erase(std::next(found).base());
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

std::unique_ptr<Resources> MakeExitHandlers() {
  return std::make_unique<ExitHandlers>();
}

int hooks::on_exit(void* resources, ExitFunction function, void* argument) {
  return ResourcesOf<ExitHandlers>(resources).Add(
      static_cast<ResourceSet*>(resources)->destructors().get(), function,
      argument);
}

int hooks::__cxa_atexit(void* resources, DestroyFunction destroy, void* object,
                        void* /*library*/) {
  return ResourcesOf<ExitHandlers>(resources).at_exit.Add(
      destroy, object, static_cast<ResourceSet*>(resources)->destructors());
}

// Called when the image is unloaded.
void hooks::__cxa_finalize(void* resources, void* library) {
  if (library != nullptr) {
    ResourcesOf<Variables>(resources).SetImage(resources, library);
  }
  ResourcesOf<ExitHandlers>(resources).at_exit.RunAll();
  ::__cxa_finalize(library);
}

}  // namespace relib::platform
