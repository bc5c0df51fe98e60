#ifndef PLATFORM_HEAP_AGENT_BIND_HEAP_H_
#define PLATFORM_HEAP_AGENT_BIND_HEAP_H_

#include "platform/heap/heap_binding.h"

namespace relib::platform {

// In the module: the heap that the host has chosen for it
// (agent_heap_choice.cc).
void BindHeap(RelibHeapBinding* binding);

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_AGENT_BIND_HEAP_H_
