// What the entry point of a module does: the agent comes first.

#include "platform/agent.h"

extern "C" void Start(const relib::platform::AgentBinding* binding) {
  relib::platform::BindAgent(binding);
  relib::platform::RunConstructors();
}
