#include "platform/host/thread_id.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace relib::platform {

uint64_t CurrentThreadId() { return static_cast<uint64_t>(gettid()); }

std::string ThreadName(uint64_t id) {
  std::ifstream file(absl::StrCat("/proc/self/task/", id, "/comm"));
  std::string name;
  std::getline(file, name);
  return name;
}

// Polls, because the kernel notifies only the thread that joins, and a thread
// cannot be joined by its id.
bool WaitForThreadEnd(uint64_t id, absl::Time deadline) {
  absl::Duration pause = absl::Microseconds(20);
  while (tgkill(getpid(), static_cast<pid_t>(id), 0) == 0) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    absl::SleepFor(std::min(pause, left));
    pause = std::min(2 * pause, absl::Milliseconds(1));
  }
  return true;
}

bool LiesOnThisStack(const void* address) {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return false;
  void* begin = nullptr;
  size_t size = 0;
  const int error = pthread_attr_getstack(&attributes, &begin, &size);
  pthread_attr_destroy(&attributes);
  // Stacks grow downwards.
  return error == 0 && address >= __builtin_frame_address(0) &&
         address < static_cast<const char*>(begin) + size;
}

}  // namespace relib::platform
