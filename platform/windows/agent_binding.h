#ifndef PLATFORM_WINDOWS_AGENT_BINDING_H_
#define PLATFORM_WINDOWS_AGENT_BINDING_H_

#include <cstdint>

namespace relib::platform {

// The host's side of the agent's hooks (agent.h). Handles are HANDLEs. Plain C
// types: host and module may have been built by different compilers.
struct AgentBinding {
  // The first argument of the functions below.
  void* estate;

  // Reports a thread that was created suspended: it is recorded before it can
  // run. The handle stays the caller's. False when it can't be recorded, which
  // must keep the thread from running.
  bool (*add_thread)(void* estate, void* handle, uint32_t id);
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_AGENT_BINDING_H_
