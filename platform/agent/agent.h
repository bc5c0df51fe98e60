#ifndef PLATFORM_AGENT_AGENT_H_
#define PLATFORM_AGENT_AGENT_H_

// The agent is the part of the backend that is linked into every module
// (target //platform:agent). It reports what the module takes from the
// operating system to the module's resources, which lives in the host
// (module_resources.h).
//
// Nothing here depends on Abseil or on the C++ runtime. The functions are
// called by the module's entry point alone
// (relib/internal/module/module_entry.cc).

namespace relib::platform {

// The host's side of the hooks: function pointers into the host and the module
// resources that they fill. Its layout belongs to the backend
// (platform/<os>/agent_binding.h) and is covered by the relib ABI version of
// the module's record.
struct AgentBinding;

// Called once, before RunConstructors(). `binding` outlives the image.
void BindAgent(const AgentBinding* binding);

// Runs the module's static constructors, which the agent took away from the
// system's loader: they run with the hooks bound and outside of the loader's
// lock, so that a constructor may start and join threads, and one that throws
// can be reported. Lets their exceptions through. Does nothing when it is
// called again, or when the loader has run them.
void RunConstructors();

}  // namespace relib::platform

#endif  // PLATFORM_AGENT_AGENT_H_
