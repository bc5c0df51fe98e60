#include "platform/agent/agent.h"

#include "platform/heap/agent/agent_heap.h"
#include "platform/heap/agent/bind_heap.h"
#include "platform/linux/agent/agent_binding.h"

// libc++'s destructor for the key of std::thread; null in modules without it.
// Declared by its mangled name, because GCC drops the visibility of a function
// that gets its name by an asm label, and the loader would then look for it.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" [[gnu::weak, gnu::visibility("hidden")]] void
_ZNSt3__121__thread_specific_ptrINS_15__thread_structEE16__at_thread_exitEPv(
    void*);
static void (*const kLibcxxThreadExit)(void*) =
    _ZNSt3__121__thread_specific_ptrINS_15__thread_structEE16__at_thread_exitEPv;
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace relib::platform {
namespace {

constinit const AgentBinding* binding = nullptr;

// Runs when the loader really unloads the image, before the static destructors,
// because thread_local objects may use static ones.
[[gnu::destructor]] void BeforeDestructors() {
  if (binding != nullptr) binding->before_destructors(binding->resources);
}

// Has the lowest priority that is allowed, so it runs after the static
// destructors.
[[gnu::destructor(101)]] void LeaveImage() {
  if (binding != nullptr) binding->leave_image(binding->resources);
}

}  // namespace

const AgentBinding* BoundAgent() {
  return binding != nullptr && binding->hooks != nullptr ? binding : nullptr;
}

extern "C" bool RelibHooksAreOn() { return BoundAgent() != nullptr; }

void BindAgent(const AgentBinding* host) {
  binding = host;
  BindHeap(host->heap);
  host->runtime_key_destructor(host->resources, RelibHeapThreadEnds);
  if (kLibcxxThreadExit != nullptr) {
    host->runtime_key_destructor(host->resources, kLibcxxThreadExit);
  }
}

}  // namespace relib::platform

extern "C" pid_t __wrap_vfork();
extern "C" pid_t __wrap_vfork() { return fork(); }
extern "C" pid_t __wrap___vfork();
extern "C" pid_t __wrap___vfork() { return fork(); }
