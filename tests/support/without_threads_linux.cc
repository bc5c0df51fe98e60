#include "tests/support/without_threads_linux.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include "absl/log/check.h"

namespace relib {
namespace {

// Larger than the stacks that the C library keeps of threads that have ended.
constexpr size_t kStackSize = size_t{64} << 20;
// The address space that is left. Too little for such a stack.
constexpr rlim_t kSpare = rlim_t{2} << 20;

// Returns the size of the address space of this process.
rlim_t AddressSpace() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  CHECK(file != nullptr);
  unsigned long pages = 0;
  CHECK_EQ(std::fscanf(file, "%lu", &pages), 1);
  std::fclose(file);
  return static_cast<rlim_t>(pages) * static_cast<rlim_t>(getpagesize());
}

}  // namespace

WithoutThreads::WithoutThreads() {
  CHECK_EQ(pthread_getattr_default_np(&attributes_), 0);
  pthread_attr_t attributes;
  CHECK_EQ(pthread_attr_init(&attributes), 0);
  CHECK_EQ(pthread_attr_setstacksize(&attributes, kStackSize), 0);
  CHECK_EQ(pthread_setattr_default_np(&attributes), 0);
  CHECK_EQ(pthread_attr_destroy(&attributes), 0);
  CHECK_EQ(getrlimit(RLIMIT_AS, &limit_), 0);
  rlimit limit = limit_;
  limit.rlim_cur = AddressSpace() + kSpare;
  CHECK_EQ(setrlimit(RLIMIT_AS, &limit), 0);
}

WithoutThreads::~WithoutThreads() {
  CHECK_EQ(setrlimit(RLIMIT_AS, &limit_), 0);
  CHECK_EQ(pthread_setattr_default_np(&attributes_), 0);
  CHECK_EQ(pthread_attr_destroy(&attributes_), 0);
}

}  // namespace relib
