#include "platform/host/stack_walker.h"

#include <cstdint>

namespace relib::platform {

// Backtraces are empty.
void WalkStack(bool (* /*visit*/)(void* context, const StackFrame& frame),
               void* /*context*/) {}

AddressRange ImageAt(uintptr_t /*address*/) { return {}; }

AddressRange CLibraryImage() { return {}; }

}  // namespace relib::platform
