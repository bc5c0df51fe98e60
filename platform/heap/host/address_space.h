#ifndef PLATFORM_HEAP_HOST_ADDRESS_SPACE_H_
#define PLATFORM_HEAP_HOST_ADDRESS_SPACE_H_

// What the host's side of a module's heap (module_heap.cc) needs of the system.

#include <cstddef>
#include <string>

struct RelibHeapSystem;

namespace relib::platform {

// See heap_binding.h.
const RelibHeapSystem* HeapSystem();

// How many addresses a module should have.
size_t WantedHeapRange();

// Addresses without memory. Null if there are none.
void* ReserveAddresses(size_t size);

// Memory whose address `alignment` divides. Null if there is none.
void* MapMemory(size_t size, size_t alignment);

// Of what MapMemory() returned: as much of it as the system can unmap.
bool UnmapMemory(void* memory, size_t size);

// All of what one of the functions above returned, of which the first `touched`
// bytes may have memory: in steps, so that others who map memory needn't wait
// for long.
void UnmapInSteps(void* memory, size_t touched, size_t size);

struct MemoryPlace {
  // What lies there, for people: "[stack]", a file, "memory without a name".
  // Empty if nothing does.
  std::string name;
  bool may_be_c_library_heap = false;
};
MemoryPlace PlaceOf(const void* address);

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_HOST_ADDRESS_SPACE_H_
