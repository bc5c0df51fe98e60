#ifndef PLATFORM_LINUX_HOST_BEGIN_PROCESS_EXIT_H_
#define PLATFORM_LINUX_HOST_BEGIN_PROCESS_EXIT_H_

namespace relib::platform {

// Carries out BeforeModulesExit() (platform/host/process_exit.h) if this is the
// first call. Called by each handler of exit() that may run code of a module.
void BeginProcessExit();

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_BEGIN_PROCESS_EXIT_H_
