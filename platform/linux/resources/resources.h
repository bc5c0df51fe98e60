#ifndef PLATFORM_LINUX_RESOURCES_RESOURCES_H_
#define PLATFORM_LINUX_RESOURCES_RESOURCES_H_

// Shared by all resource kinds. platform/resources/resources.h says how to add
// one.

#include <string>

#include "platform/linux/resources/resource_kinds.h"
#include "platform/resources/resources.h"

namespace relib::platform {

// Returns a module's resources of kind T, from the first argument of a hook.
template <typename T>
T& ResourcesOf(void* resources) {
  return ResourcesOf<T>(*static_cast<ResourceSet*>(resources));
}

// Returns a name such as "SIGUSR1".
std::string SignalName(int signal);

// Returns true once the process has begun to exit (ModulesExit()). Nothing is
// reclaimed then, because running threads may still use it.
bool ProcessExits();
// Must be called before ProcessExits().
void WatchProcessExit();

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_RESOURCES_H_
