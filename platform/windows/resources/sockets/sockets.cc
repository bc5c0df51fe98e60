#include <windows.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Reclaimed while the image is there. The library with the socket functions may
// go with the image, if the program doesn't use it.
class Sockets final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSockets;

  void Add(uint64_t value, bool of_runtime) override {
    sockets_.Add(value, of_runtime);
  }

  void Remove(uint64_t value) override { sockets_.Remove(value); }

  void Started() { ++starts_; }
  void CleanedUp() {
    int count = starts_;
    while (count > 0 && !starts_.compare_exchange_weak(count, count - 1)) {
    }
  }

  void LeaveImage(ReclaimReport& report) override {
    using Close = int(WINAPI*)(uintptr_t);
    using CleanUp = int(WINAPI*)();
    const HMODULE library = GetModuleHandleW(L"ws2_32.dll");
    const auto close = reinterpret_cast<Close>(
        reinterpret_cast<void*>(GetProcAddress(library, "closesocket")));
    const auto clean_up = reinterpret_cast<CleanUp>(
        reinterpret_cast<void*>(GetProcAddress(library, "WSACleanup")));
    for (const auto& [socket, of_runtime] : sockets_.TakeAll()) {
      // A failure means that somebody else has closed the socket.
      if (close == nullptr || close(socket) != 0 || of_runtime) continue;
      report.Add("open file", "socket");
    }
    for (int count = starts_.exchange(0); count > 0; --count) {
      if (clean_up != nullptr) clean_up();
      report.Add("library start", "WSAStartup");
    }
  }

 private:
  Records sockets_;
  // Calls of WSAStartup() minus calls of WSACleanup().
  std::atomic<int> starts_ = 0;
};

Sockets& Of(const Caller* caller) { return ResourcesOf<Sockets>(caller); }

}  // namespace

std::unique_ptr<RecordedResources> MakeSockets() {
  return std::make_unique<Sockets>();
}

void hooks::WSAStartup(const Caller* caller, int result, WORD /*version*/,
                       void* /*data*/) {
  if (result == 0) Of(caller).Started();
}

void hooks::WSACleanup(const Caller* caller, int result) {
  if (result == 0) Of(caller).CleanedUp();
}

}  // namespace relib::platform
