#ifndef PLATFORM_WINDOWS_RESOURCES_HANDLER_SLOTS_H_
#define PLATFORM_WINDOWS_RESOURCES_HANDLER_SLOTS_H_

#include <windows.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>

namespace relib::platform {

// Functions of the host that the system is given in place of handlers of
// modules that get no argument of their own: one for each slot, which asks
// whether the module is still there. Lock-free, because handlers of exceptions
// run whatever locks are held. `kWaits`: calls wait while a slot is held;
// otherwise they aren't made.
template <typename Result, typename Argument, bool kWaits>
class HandlerSlots {
 public:
  using Handler = Result(WINAPI*)(Argument);

  struct Slot {
    // Null: it is free, or what it was for is going.
    std::atomic<Handler> handler = nullptr;
    std::atomic<int> running = 0;
    // The only thread that may call it, if not zero.
    std::atomic<DWORD> held_for = 0;
    Handler trampoline = nullptr;
  };

  // Null if all are taken.
  static Slot* Acquire(Handler handler) {
    const size_t first = next.fetch_add(1);
    for (size_t i = 0; i < kSlots; ++i) {
      // Not the one that was given back last: a thread may be on its way there.
      const size_t index = (first + i) % kSlots;
      Slot& slot = slots[index];
      Handler free = nullptr;
      if (slot.running != 0 ||
          !slot.handler.compare_exchange_strong(free, handler)) {
        continue;
      }
      slot.held_for = 0;
      slot.trampoline = kTrampolines[index];
      return &slot;
    }
    return nullptr;
  }

  // Waits for the one that runs.
  static void Release(Slot* slot) {
    slot->handler = nullptr;
    while (slot->running != 0) SwitchToThread();
  }

 private:
  static constexpr size_t kSlots = 128;

  // Against the calling thread.
  static bool IsHeld(const Slot& slot) {
    const DWORD held_for = slot.held_for;
    return held_for != 0 && held_for != GetCurrentThreadId();
  }

  class Running {
   public:
    explicit Running(Slot& slot) : slot_(slot) { ++slot_.running; }
    ~Running() { --slot_.running; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    Slot& slot_;
  };

  template <size_t kIndex>
  static Result WINAPI Call(Argument argument) {
    Slot& slot = slots[kIndex];
    const Running running(slot);
    Handler handler = slot.handler;
    while (handler != nullptr && IsHeld(slot)) {
      if (kWaits) Sleep(1);
      handler = kWaits ? slot.handler.load() : nullptr;
    }
    if (handler != nullptr) return handler(argument);
    return Result();
  }

  template <size_t... kIndices>
  static constexpr std::array<Handler, kSlots> MakeTrampolines(
      std::index_sequence<kIndices...>) {
    return {Call<kIndices>...};
  }

  static inline constinit std::array<Slot, kSlots> slots;
  static inline constinit std::atomic<size_t> next = 0;
  static constexpr std::array<Handler, kSlots> kTrampolines =
      MakeTrampolines(std::make_index_sequence<kSlots>());
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_HANDLER_SLOTS_H_
