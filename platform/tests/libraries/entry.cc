// Does the work of a module's entry point: the agent comes first.

#include <exception>

#include "platform/agent/agent.h"

// Returns false if a static constructor threw.
extern "C" bool Start(const relib::platform::AgentBinding* binding) {
  relib::platform::BindAgent(binding);
  try {
    relib::platform::RunConstructors();
  } catch (const std::exception&) {
    return false;
  }
  return true;
}
