#ifndef PLATFORM_HEAP_HOST_ADDRESS_SPACE_H_
#define PLATFORM_HEAP_HOST_ADDRESS_SPACE_H_

// The functions of the system that the host's side of a module's heap uses
// (module_heap.cc).

#include <cstddef>
#include <string>

struct RelibHeapSystem;

namespace relib::platform {

// Returns the backend-specific functions for RelibHeapBinding::system, or null.
const RelibHeapSystem* HeapSystem();

// Returns the preferred size of a module's range of addresses.
size_t WantedHeapRange();

// Reserves addresses without memory. Returns null if there are none.
void* ReserveAddresses(size_t size);

// Maps memory, aligned to `alignment`. Returns null if there is none.
void* MapMemory(size_t size, size_t alignment);

// Unmaps a part of what MapMemory() returned, as far as the system can unmap
// parts.
bool UnmapMemory(void* memory, size_t size);

// Unmaps all of what one of the functions above returned. The first `touched`
// bytes may have memory, and are unmapped in steps, so that other threads that
// map memory do not wait for long.
void UnmapInSteps(void* memory, size_t touched, size_t size);

struct MemoryPlace {
  // A description: "[stack]", a file, or "memory without a name". Empty if
  // nothing is mapped there.
  std::string name;
  bool may_be_c_library_heap = false;
};
MemoryPlace PlaceOf(const void* address);

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_HOST_ADDRESS_SPACE_H_
