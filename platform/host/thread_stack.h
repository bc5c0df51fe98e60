#ifndef PLATFORM_HOST_THREAD_STACK_H_
#define PLATFORM_HOST_THREAD_STACK_H_

#include <cstdint>
#include <vector>

#include "platform/host/deadline.h"

namespace relib::platform {

// Returns the return addresses on the stack of another thread of this process,
// callees before callers. The first one may be the address of an instruction
// plus one.
//
// Returns nothing if there is no such thread, or if it cannot answer by
// `deadline` (see platform/<os>/host/thread_stack.cc). Interrupts the thread
// for some microseconds, so use it for messages only. Thread-safe; concurrent
// calls are serialized.
std::vector<uintptr_t> StackOfThread(uint64_t id, Deadline deadline);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_THREAD_STACK_H_
