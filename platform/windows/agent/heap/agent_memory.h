#ifndef PLATFORM_WINDOWS_AGENT_HEAP_AGENT_MEMORY_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_AGENT_MEMORY_H_

#include "platform/heap/heap_binding.h"

// The memory of a module: its heap, its thread_local variables, and the memory
// that the C runtime keeps.
namespace relib::platform::internal {

void BindMemory(RelibHeapBinding* binding);

// Called after the last code of the calling thread in the image has run.
void LeaveMemoryOfThread();

// Called after the last code of the image has run and all blocks are counted.
void LeaveMemory();

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_AGENT_MEMORY_H_
