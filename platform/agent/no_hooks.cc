// Replaces the agent's hooks in modules that are never unloaded.

#include "platform/agent/agent.h"

namespace relib::platform {

void BindAgent(const AgentBinding* /*binding*/) {}

}  // namespace relib::platform
