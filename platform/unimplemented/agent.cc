// Linked into modules in place of the agent: no hooks, and the static
// constructors are left to the system's loader.

#include "platform/agent/agent.h"

namespace relib::platform {

void BindAgent(const AgentBinding* /*binding*/) {}

// The loader has run them.
void RunConstructors() {}

}  // namespace relib::platform
