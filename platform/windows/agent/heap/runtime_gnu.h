#ifndef PLATFORM_WINDOWS_AGENT_HEAP_RUNTIME_GNU_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_RUNTIME_GNU_H_

namespace relib::platform::internal {

// Frees the memory that the C runtime keeps, after the last code of the image
// has run.
void FreeRuntimeMemory();

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_RUNTIME_GNU_H_
