#ifndef PLATFORM_AGENT_AGENT_H_
#define PLATFORM_AGENT_AGENT_H_

// The agent is the part of the backend that is linked into every module (target
// //platform/agent). It reports resources that the module takes from the
// operating system to the module's ModuleResources, which lives in the host
// (platform/host/module_resources.h).
//
// Nothing here depends on Abseil or the C++ runtime. Only the module's entry
// point calls these functions (relib/internal/module/module_entry.cc).

namespace relib::platform {

// The host's side of the hooks: functions of the host, and the ModuleResources
// that they fill. Its layout belongs to the backend
// (platform/<os>/agent/agent_binding.h) and is covered by the relib ABI version
// in the module's manifest.
struct AgentBinding;

// Binds the hooks to the host. Called once, before RunConstructors(). `binding`
// must outlive the image.
void BindAgent(const AgentBinding* binding);

// Runs the module's static constructors, which the agent hides from the
// system's loader. They run with the hooks bound and outside of the loader's
// lock, so that a constructor may start and join threads and its exceptions can
// be reported. Exceptions propagate. Does nothing on later calls, or if the
// loader has run the constructors.
void RunConstructors();

}  // namespace relib::platform

#endif  // PLATFORM_AGENT_AGENT_H_
