#ifndef PLATFORM_LINUX_RESOURCES_KEYS_KEYS_H_
#define PLATFORM_LINUX_RESOURCES_KEYS_KEYS_H_

#include "platform/linux/agent/hook_types.h"

namespace relib::platform {

// Implements AgentBinding::runtime_key_destructor: keys with this destructor
// are reclaimed without being reported.
void AddRuntimeKeyDestructor(void* resources, DestroyFunction destroy);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_KEYS_KEYS_H_
