#ifndef PLATFORM_LINUX_RESOURCES_STREAMS_SIGPIPE_SCOPE_H_
#define PLATFORM_LINUX_RESOURCES_STREAMS_SIGPIPE_SCOPE_H_

#include <pthread.h>
#include <signal.h>
#include <time.h>

namespace relib::platform {

// A scope in which writing to a broken pipe sends no SIGPIPE on this thread.
class SigpipeScope {
 public:
  SigpipeScope() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    was_pending_ = IsPending();
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &mask_);
  }
  ~SigpipeScope() {
    const timespec now = {};
    if (!was_pending_ && IsPending()) {
      sigtimedwait(&sigpipe_, nullptr, &now);
    }
    if (sigismember(&mask_, SIGPIPE) == 0) {
      pthread_sigmask(SIG_UNBLOCK, &sigpipe_, nullptr);
    }
  }
  SigpipeScope(const SigpipeScope&) = delete;
  SigpipeScope& operator=(const SigpipeScope&) = delete;

 private:
  static bool IsPending() {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
  }

  sigset_t sigpipe_;
  sigset_t mask_;
  bool was_pending_ = false;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_STREAMS_SIGPIPE_SCOPE_H_
