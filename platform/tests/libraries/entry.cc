// What the entry point of a module does: the agent comes first.

#include <exception>

#include "platform/agent/agent.h"

// False if a static constructor threw.
extern "C" bool Start(const relib::platform::AgentBinding* binding) {
  relib::platform::BindAgent(binding);
  try {
    relib::platform::RunConstructors();
  } catch (const std::exception&) {
    return false;
  }
  return true;
}
