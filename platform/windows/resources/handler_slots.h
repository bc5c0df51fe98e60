#ifndef PLATFORM_WINDOWS_RESOURCES_HANDLER_SLOTS_H_
#define PLATFORM_WINDOWS_RESOURCES_HANDLER_SLOTS_H_

#include <windows.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>

namespace relib::platform {

// Functions of the host that are registered with the system in place of
// handlers of modules, where handlers get no argument of their own. There is
// one function for each slot, which asks whether the module is still loaded.
// Lock-free, because handlers of exceptions run whatever locks are held.
//
// While a slot is held, calls wait if `kWaits`; otherwise they are dropped.
template <typename Result, typename Argument, bool kWaits>
class HandlerSlots {
 public:
  using Handler = Result(WINAPI*)(Argument);

  struct Slot {
    // Null if the slot is free, or if its handler is being removed.
    std::atomic<Handler> handler = nullptr;
    std::atomic<int> running = 0;
    // If not zero, the only thread that may call the handler.
    std::atomic<DWORD> held_for = 0;
    Handler trampoline = nullptr;
  };

  // Returns null if all slots are taken.
  static Slot* Acquire(Handler handler) {
    const size_t first = next.fetch_add(1);
    for (size_t i = 0; i < kSlots; ++i) {
      // Not the slot that was released last: a thread may be about to enter it.
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

  // Waits for calls that are running.
  static void Release(Slot* slot) {
    slot->handler = nullptr;
    while (slot->running != 0) SwitchToThread();
  }

 private:
  static constexpr size_t kSlots = 128;

  // Returns whether the slot is held and the calling thread may not call it.
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
