#include <windows.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/no_destructor.h"
#include "platform/native/mutex.h"
#include "platform/windows/resources/handler_slots.h"
#include "platform/windows/resources/replaced_handler.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

using Slots = HandlerSlots<LONG, EXCEPTION_POINTERS*, /*kWaits=*/false>;
using Filter = LPTOP_LEVEL_EXCEPTION_FILTER;

ReplacedHandler<Filter>& UnhandledFilter() {
  static absl::NoDestructor<ReplacedHandler<Filter>> filter;
  return *filter;
}

Filter ExchangeFilter(Filter filter) {
  return ::SetUnhandledExceptionFilter(filter);
}

class ExceptionHandlers final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kExceptionHandlers;

  // Adds a handler that was registered before the module was bound; it is its
  // own key. winpthreads registers one as the first thing it does. If the
  // system called it directly, it could do so after the image is gone.
  void Add(uint64_t value, bool of_runtime) override {
    const auto handler = reinterpret_cast<PVECTORED_EXCEPTION_HANDLER>(value);
    AddHandler(of_runtime, false, 1, handler, reinterpret_cast<void*>(value));
  }

  // `key`: the handle that the module has; null if it is that of the system.
  void* AddHandler(bool of_runtime, bool continues, ULONG first,
                   PVECTORED_EXCEPTION_HANDLER handler, void* key = nullptr) {
    Slots::Slot* slot = Slots::Acquire(handler);
    if (slot == nullptr) {
      SetLastError(ERROR_NOT_ENOUGH_MEMORY);
      return nullptr;
    }
    void* handle = continues
                       ? ::AddVectoredContinueHandler(first, slot->trampoline)
                       : ::AddVectoredExceptionHandler(first, slot->trampoline);
    if (handle == nullptr) {
      Slots::Release(slot);
      return nullptr;
    }
    const std::lock_guard lock(mutex_);
    handlers_[key != nullptr ? key : handle] = {.slot = slot,
                                                .handle = handle,
                                                .continues = continues,
                                                .of_runtime = of_runtime};
    return handle;
  }

  ULONG RemoveHandler(bool continues, void* handle) {
    Slots::Slot* slot = nullptr;
    {
      const std::lock_guard lock(mutex_);
      const auto found = handlers_.find(handle);
      if (found != handlers_.end()) {
        slot = found->second.slot;
        handle = found->second.handle;
        handlers_.erase(found);
      }
    }
    const ULONG removed = continues ? ::RemoveVectoredContinueHandler(handle)
                                    : ::RemoveVectoredExceptionHandler(handle);
    // A handler may remove itself and continue.
    if (slot != nullptr) slot->handler = nullptr;
    return removed;
  }

  std::vector<std::string> Obstacles() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> obstacles;
    for (const auto& [key, handler] : handlers_) {
      if (handler.slot->running != 0) {
        obstacles.push_back("its vectored exception handler is running");
      }
    }
    return obstacles;
  }

  // A thread that raises an exception may hold any lock, so it can't wait: the
  // handler isn't called.
  bool Hold() override {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, handler] : handlers_) {
      handler.slot->held_for = GetCurrentThreadId();
    }
    for (const auto& [key, handler] : handlers_) {
      if (handler.slot->running != 0) return false;
    }
    return true;
  }

  void Resume() override {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, handler] : handlers_) handler.slot->held_for = 0;
  }

  void LeaveImage(ReclaimReport& report) override {
    if (UnhandledFilter().Restore(this, ExchangeFilter)) {
      report.Add("exception handler", "SetUnhandledExceptionFilter");
    }
    std::map<void*, Handler> handlers;
    {
      const std::lock_guard lock(mutex_);
      handlers.swap(handlers_);
    }
    for (const auto& [key, handler] : handlers) {
      if (handler.continues) {
        ::RemoveVectoredContinueHandler(handler.handle);
      } else {
        ::RemoveVectoredExceptionHandler(handler.handle);
      }
      Slots::Release(handler.slot);
      if (handler.of_runtime) continue;
      report.Add("exception handler", handler.continues
                                          ? "AddVectoredContinueHandler"
                                          : "AddVectoredExceptionHandler");
    }
  }

 private:
  struct Handler {
    Slots::Slot* slot = nullptr;
    void* handle = nullptr;
    bool continues = false;
    bool of_runtime = false;
  };

  mutable Mutex mutex_;
  std::map<void*, Handler> handlers_;
};

ExceptionHandlers& Of(const Caller* caller) {
  return ResourcesOf<ExceptionHandlers>(caller);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeExceptionHandlers() {
  return std::make_unique<ExceptionHandlers>();
}

void* hooks::AddVectoredExceptionHandler(const Caller* caller, ULONG first,
                                         PVECTORED_EXCEPTION_HANDLER handler) {
  return Of(caller).AddHandler(caller->is_runtime, false, first, handler);
}

void* hooks::AddVectoredContinueHandler(const Caller* caller, ULONG first,
                                        PVECTORED_EXCEPTION_HANDLER handler) {
  return Of(caller).AddHandler(caller->is_runtime, true, first, handler);
}

ULONG hooks::RemoveVectoredExceptionHandler(const Caller* caller,
                                            void* handle) {
  return Of(caller).RemoveHandler(false, handle);
}

ULONG hooks::RemoveVectoredContinueHandler(const Caller* caller, void* handle) {
  return Of(caller).RemoveHandler(true, handle);
}

LPTOP_LEVEL_EXCEPTION_FILTER hooks::SetUnhandledExceptionFilter(
    const Caller* caller, LPTOP_LEVEL_EXCEPTION_FILTER filter) {
  return UnhandledFilter().Set(&Of(caller), filter, ExchangeFilter);
}

}  // namespace relib::platform
