#ifndef PLATFORM_HOST_THREAD_STACK_H_
#define PLATFORM_HOST_THREAD_STACK_H_

#include <cstdint>
#include <vector>

namespace relib::platform {

// The return addresses of a thread of this process other than the caller's,
// callees first: where it is at the moment. The first one may be that of an
// instruction, plus one.
//
// Empty when there is no such thread, or it doesn't answer within a tenth of a
// second (platform/<os>/thread_stack.cc says when that is). Disturbs the thread
// and takes some microseconds otherwise, so it is for messages. Thread-safe;
// one at a time.
std::vector<uintptr_t> StackOfThread(uint64_t id);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_THREAD_STACK_H_
