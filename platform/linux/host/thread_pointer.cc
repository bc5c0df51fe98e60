#include "platform/host/thread_pointer.h"

#include <pthread.h>

namespace relib::platform {

namespace internal {
constinit thread_local void* thread_pointer = nullptr;
}  // namespace internal

namespace {

// Destructors of thread keys run after those of thread_local objects, and in
// several rounds: a value that is set by a destructor is destroyed in the next
// round.
void CallFunction(void* function) { reinterpret_cast<void (*)()>(function)(); }

pthread_key_t Key() {
  static const pthread_key_t key = [] {
    pthread_key_t key;
    pthread_key_create(&key, CallFunction);
    return key;
  }();
  return key;
}

}  // namespace

void AtThreadEnd(void (*function)()) {
  pthread_setspecific(Key(), reinterpret_cast<void*>(function));
}

}  // namespace relib::platform
