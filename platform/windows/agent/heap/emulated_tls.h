#ifndef PLATFORM_WINDOWS_AGENT_HEAP_EMULATED_TLS_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_EMULATED_TLS_H_

#include <cstdint>

// The memory of thread_local variables with GCC. With other compilers, which
// find the variables without a call, these functions do nothing.
namespace relib::platform::internal {

// Makes access fast by an index of TlsAlloc().
void UseThreadIndex(uint32_t index);

// Free the variables of the calling thread, or of all threads, after their last
// code in the image has run.
void FreeThreadLocals();
void FreeAllThreadLocals();

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_EMULATED_TLS_H_
