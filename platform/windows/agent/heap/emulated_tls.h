#ifndef PLATFORM_WINDOWS_AGENT_HEAP_EMULATED_TLS_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_EMULATED_TLS_H_

#include <cstdint>

// The memory of thread_local variables with GCC; nothing with compilers whose
// code finds it by itself.
namespace relib::platform::internal {

// Makes access fast, by an index of TlsAlloc().
void UseThreadIndex(uint32_t index);

// Those of the calling thread, or of all threads, when their last code in the
// image has run.
void FreeThreadLocals();
void FreeAllThreadLocals();

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_EMULATED_TLS_H_
