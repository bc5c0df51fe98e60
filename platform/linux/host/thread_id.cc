#include "platform/host/thread_id.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/linux/host/unique_fd.h"

namespace relib::platform {

uint64_t CurrentThreadId() { return static_cast<uint64_t>(gettid()); }

std::string ThreadName(uint64_t id) {
  // Not a stream of the C++ library: a child of another thread's fork() and
  // exec() would inherit its descriptor.
  const UniqueFd file(
      open(absl::StrCat("/proc/self/task/", id, "/comm").c_str(),
           O_RDONLY | O_CLOEXEC));
  if (!file) return "";
  // The kernel's limit is 16 bytes.
  char name[64];
  const ssize_t size = read(file.get(), name, sizeof(name));
  return std::string(absl::StripSuffix(
      std::string_view(name, std::max<ssize_t>(size, 0)), "\n"));
}

// Polls, because the kernel notifies only the thread that joins, and a thread
// cannot be joined by its id.
bool WaitForThreadEnd(uint64_t id, Deadline deadline) {
  absl::Duration pause = absl::Microseconds(20);
  while (tgkill(getpid(), static_cast<pid_t>(id), 0) == 0) {
    const absl::Duration left = deadline.left();
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
