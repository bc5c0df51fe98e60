#ifndef PLATFORM_LINUX_HOST_SIGNAL_STACK_CHANGES_H_
#define PLATFORM_LINUX_HOST_SIGNAL_STACK_CHANGES_H_

#include <atomic>

namespace relib::platform {

// The number of signal stacks of modules that were taken out. The crash guard
// compares it, because a thread may have lost its signal stack. Relaxed access
// suffices: a thread that unloads a module counts up itself, and only it can
// have lost its stack.
inline constinit std::atomic<unsigned> signal_stack_changes = 0;

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_SIGNAL_STACK_CHANGES_H_
