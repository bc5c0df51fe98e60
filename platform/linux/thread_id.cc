#include "platform/thread_id.h"

#include <pthread.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace relib::platform {

uint64_t CurrentThreadId() { return static_cast<uint64_t>(gettid()); }

std::string ThreadName(uint64_t id) {
  std::ifstream file(absl::StrCat("/proc/self/task/", id, "/comm"));
  std::string name;
  std::getline(file, name);
  return name;
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
