#ifndef PLATFORM_LINUX_RESOURCES_RESOURCES_H_
#define PLATFORM_LINUX_RESOURCES_RESOURCES_H_

// What all kinds of resources use. platform/resources/resources.h tells how one
// is added.

#include <string>

#include "platform/linux/resources/resource_kinds.h"
#include "platform/resources/resources.h"

namespace relib::platform {

// For hooks: the T of a module, from what they are given.
template <typename T>
T& ResourcesOf(void* resources) {
  return ResourcesOf<T>(*static_cast<ResourceSet*>(resources));
}

// "SIGUSR1".
std::string SignalName(int signal);

// True once the process has begun to exit: then nothing is given back, because
// threads that still run use it.
bool ProcessExits();
// Called before that can be asked.
void WatchProcessExit();

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_RESOURCES_H_
