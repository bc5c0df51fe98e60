#ifndef TESTS_SUPPORT_WITHOUT_THREADS_LINUX_H_
#define TESTS_SUPPORT_WITHOUT_THREADS_LINUX_H_

#include <pthread.h>
#include <sys/resource.h>

namespace relib {

// While this exists, the process can't start a thread: its address space is
// limited to little more than it uses. Not for sanitizers, which need address
// space themselves.
class WithoutThreads {
 public:
  WithoutThreads();
  WithoutThreads(const WithoutThreads&) = delete;
  WithoutThreads& operator=(const WithoutThreads&) = delete;
  ~WithoutThreads();

 private:
  pthread_attr_t attributes_;
  rlimit limit_;
};

}  // namespace relib

#endif  // TESTS_SUPPORT_WITHOUT_THREADS_LINUX_H_
