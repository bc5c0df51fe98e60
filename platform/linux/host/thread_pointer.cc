#include "platform/host/thread_pointer.h"

#include "platform/linux/host/thread_key.h"

namespace relib::platform {

namespace internal {
constinit thread_local void* thread_pointer = nullptr;
}  // namespace internal

namespace {

// Destructors of thread keys run after those of thread_local objects, and in
// several rounds: a value that is set by a destructor is destroyed in the next
// round.
void CallFunction(void* function) { reinterpret_cast<void (*)()>(function)(); }

constinit ThreadKey key(CallFunction);

[[gnu::constructor(101)]] void CreateKey() { key.Create(); }

}  // namespace

bool CanWatchThreadEnds() { return key.Create(); }

bool AtThreadEnd(void (*function)()) {
  return key.Set(reinterpret_cast<void*>(function));
}

}  // namespace relib::platform
