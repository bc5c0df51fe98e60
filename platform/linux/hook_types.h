#ifndef PLATFORM_LINUX_HOOK_TYPES_H_
#define PLATFORM_LINUX_HOOK_TYPES_H_

// The types in the declarations of hooks.bzl.

#include <pthread.h>
#include <threads.h>

namespace relib::platform {

using StartRoutine = void* (*)(void*);
using DestroyFunction = void (*)(void*);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOOK_TYPES_H_
