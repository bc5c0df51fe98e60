#ifndef PLATFORM_LINUX_HOST_THREAD_KEY_H_
#define PLATFORM_LINUX_HOST_THREAD_KEY_H_

#include <pthread.h>

#include <atomic>
#include <mutex>

namespace relib::platform {

// A thread key that lives as long as the process. A process has only 1,024.
// Thread-safe.
class ThreadKey {
 public:
  constexpr explicit ThreadKey(void (*destroy)(void*)) : destroy_(destroy) {}
  ThreadKey(const ThreadKey&) = delete;
  ThreadKey& operator=(const ThreadKey&) = delete;

  // Creates the key, unless that is done. Returns false if the process has used
  // up its keys; a later call tries again.
  //
  // Should be called when the program starts: pthread_setspecific() needs no
  // memory for the first 32 keys.
  bool Create() {
    if (created_.load(std::memory_order_acquire)) return true;
    const std::lock_guard lock(mutex_);
    if (created_.load(std::memory_order_relaxed)) return true;
    if (pthread_key_create(&key_, destroy_) != 0) return false;
    created_.store(true, std::memory_order_release);
    return true;
  }

  // Sets the value of the calling thread. Returns false if there is no key or
  // no memory.
  bool Set(void* value) {
    return Create() && pthread_setspecific(key_, value) == 0;
  }

 private:
  void (*const destroy_)(void*);
  std::mutex mutex_;
  std::atomic<bool> created_ = false;
  pthread_key_t key_ = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_THREAD_KEY_H_
