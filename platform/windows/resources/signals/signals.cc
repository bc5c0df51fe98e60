#include <signal.h>
#include <windows.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/native/mutex.h"
#include "platform/windows/host/guarded_abort.h"
#include "platform/windows/resources/handler_slots.h"
#include "platform/windows/resources/replaced_handler.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

using Slots = HandlerSlots<BOOL, DWORD, /*kWaits=*/true>;

// The signals of the C runtime.
constexpr std::pair<int, const char*> kSignals[] = {
    {SIGABRT, "SIGABRT"}, {SIGBREAK, "SIGBREAK"}, {SIGFPE, "SIGFPE"},
    {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},     {SIGSEGV, "SIGSEGV"},
    {SIGTERM, "SIGTERM"},
};

ReplacedHandler<SignalHandler>* HandlerOf(int signal) {
  static absl::NoDestructor<ReplacedHandler<SignalHandler>[std::size(kSignals)]>
      handlers;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    if (kSignals[i].first == signal) return &(*handlers)[i];
  }
  return nullptr;
}

// Handlers of the C runtime's signals and of the console's events.
class Signals final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSignals;

  BOOL AddConsoleHandler(PHANDLER_ROUTINE handler) {
    Slots::Slot* slot = Slots::Acquire(handler);
    if (slot == nullptr) {
      SetLastError(ERROR_NOT_ENOUGH_MEMORY);
      return FALSE;
    }
    if (!::SetConsoleCtrlHandler(slot->trampoline, TRUE)) {
      Slots::Release(slot);
      return FALSE;
    }
    const std::lock_guard lock(mutex_);
    console_.push_back({.handler = handler, .slot = slot});
    return TRUE;
  }

  BOOL RemoveConsoleHandler(PHANDLER_ROUTINE handler) {
    Slots::Slot* slot = nullptr;
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find_if(
          console_.rbegin(), console_.rend(),
          [handler](const Console& entry) { return entry.handler == handler; });
      if (found != console_.rend()) {
        slot = found->slot;
        console_.erase(std::next(found).base());
      }
    }
    if (slot == nullptr) return ::SetConsoleCtrlHandler(handler, FALSE);
    const BOOL removed = ::SetConsoleCtrlHandler(slot->trampoline, FALSE);
    slot->handler = nullptr;
    return removed;
  }

  std::vector<std::string> Obstacles() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> obstacles;
    for (const Console& entry : console_) {
      if (entry.slot->running != 0) {
        obstacles.push_back("its handler of SetConsoleCtrlHandler is running");
      }
    }
    return obstacles;
  }

  bool Hold() override {
    const std::lock_guard lock(mutex_);
    for (const Console& entry : console_) {
      entry.slot->held_for = GetCurrentThreadId();
    }
    return std::all_of(
        console_.begin(), console_.end(),
        [](const Console& entry) { return entry.slot->running == 0; });
  }

  void Resume() override {
    const std::lock_guard lock(mutex_);
    for (const Console& entry : console_) entry.slot->held_for = 0;
  }

  void LeaveImage(ReclaimReport& report) override {
    for (const auto& [signal, name] : kSignals) {
      if (HandlerOf(signal)->Restore(this, [signal](SignalHandler handler) {
            return ::signal(signal, handler);
          })) {
        report.Add("signal handler", name);
      }
    }
    std::vector<Console> console;
    {
      const std::lock_guard lock(mutex_);
      console.swap(console_);
    }
    for (const Console& entry : console) {
      ::SetConsoleCtrlHandler(entry.slot->trampoline, FALSE);
      Slots::Release(entry.slot);
      report.Add("signal handler", "SetConsoleCtrlHandler");
    }
  }

 private:
  struct Console {
    PHANDLER_ROUTINE handler = nullptr;
    Slots::Slot* slot = nullptr;
  };

  mutable Mutex mutex_;
  std::vector<Console> console_;
};

Signals& Of(const Caller* caller) { return ResourcesOf<Signals>(caller); }

}  // namespace

std::unique_ptr<RecordedResources> MakeSignals() {
  return std::make_unique<Signals>();
}

BOOL hooks::SetConsoleCtrlHandler(const Caller* caller,
                                  PHANDLER_ROUTINE handler, BOOL add) {
  // Null is not a function: `add` says then whether Ctrl+C is ignored.
  if (handler == nullptr) return ::SetConsoleCtrlHandler(handler, add);
  return add ? Of(caller).AddConsoleHandler(handler)
             : Of(caller).RemoveConsoleHandler(handler);
}

void hooks::abort(const Caller* /*caller*/) {
  AbortGuardedCall();
  ::abort();
}

SignalHandler hooks::signal(const Caller* caller, int signal,
                            SignalHandler handler) {
  ReplacedHandler<SignalHandler>* replaced = HandlerOf(signal);
  if (replaced == nullptr || handler == SIG_ERR || handler == SIG_GET) {
    return ::signal(signal, handler);
  }
  return replaced->Set(&Of(caller), handler, [signal](SignalHandler handler) {
    return ::signal(signal, handler);
  });
}

}  // namespace relib::platform
