#ifndef PLATFORM_LINUX_ESTATE_RESOURCES_H_
#define PLATFORM_LINUX_ESTATE_RESOURCES_H_

// What all kinds of resources use. platform/estate/resources.h tells how one is
// added.

#include <string>

#include "platform/estate/resources.h"
#include "platform/linux/estate/resource_kinds.h"

namespace relib::platform {

// For hooks: the T of a module, from what they are given.
template <typename T>
T& ResourcesOf(void* estate) {
  return ResourcesOf<T>(*static_cast<ResourcesOfModule*>(estate));
}

// "SIGUSR1".
std::string SignalName(int signal);

// True once the process has begun to exit: then nothing is given back, because
// threads that still run use it.
bool ProcessExits();
// Called before that can be asked.
void WatchProcessExit();

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_ESTATE_RESOURCES_H_
