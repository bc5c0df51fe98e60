#ifndef PLATFORM_HEAP_AGENT_BIND_HEAP_H_
#define PLATFORM_HEAP_AGENT_BIND_HEAP_H_

#include "platform/heap/heap_binding.h"

namespace relib::platform {

// Binds the module to the heap that the host has chosen for it.
void BindHeap(RelibHeapBinding* binding);

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_AGENT_BIND_HEAP_H_
