#ifndef PLATFORM_WINDOWS_AGENT_BINDING_H_
#define PLATFORM_WINDOWS_AGENT_BINDING_H_

#include <cstdint>

namespace relib::platform {

// What a module takes from the system, with the value that names it.
enum class Resource : uint32_t {
  kThread = 1,    // a HANDLE, which stays the caller's
  kTlsIndex = 2,  // of TlsAlloc()
};

// The host's side of the agent's hooks (agent.h). Plain types only: host and
// module may have been built by different compilers.
struct AgentBinding {
  // The first argument of the functions below.
  void* estate;

  // Reports what the module has taken; a thread before it can run. False when
  // it can't be recorded, which must undo the taking.
  bool (*add)(void* estate, Resource resource, uint64_t value);

  // Reports what the module is about to give back. Threads just end.
  void (*remove)(void* estate, Resource resource, uint64_t value);
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_AGENT_BINDING_H_
