#ifndef PLATFORM_LINUX_ESTATE_KEYS_H_
#define PLATFORM_LINUX_ESTATE_KEYS_H_

#include "platform/linux/hook_types.h"

namespace relib::platform {

// AgentBinding::runtime_key_destructor: keys with this destructor are given
// back and not reported.
void AddRuntimeKeyDestructor(void* estate, DestroyFunction destroy);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_ESTATE_KEYS_H_
