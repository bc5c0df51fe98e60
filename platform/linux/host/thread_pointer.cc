#include "platform/host/thread_pointer.h"

#include <pthread.h>

namespace relib::platform {

namespace internal {
constinit thread_local void* thread_pointer = nullptr;
}  // namespace internal

namespace {

// Thread keys come after thread_local objects, and in several rounds: a value
// that a destructor sets has a destructor of its own.
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
