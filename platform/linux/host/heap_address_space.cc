#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "platform/heap/host/address_space.h"
#include "platform/host/stack_walker.h"

namespace relib::platform {
namespace {

// Returns the name in /proc/self/maps of the mapping at `address`: "memory
// without a name" if it has none, and "" if nothing is mapped there.
std::string MappingAt(const void* address) {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::string name;
  std::FILE* const maps = std::fopen("/proc/self/maps", "re");
  if (maps == nullptr) return "memory that can't be looked at";
  char line[4096 + 128];
  while (std::fgets(line, sizeof(line), maps) != nullptr) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    int path = 0;
    if (std::sscanf(line, "%zx-%zx %*s %*s %*s %*s %n", &begin, &end, &path) <
            2 ||
        wanted < begin || wanted >= end) {
      continue;
    }
    name = line + path;
    while (!name.empty() && name.back() == '\n') name.pop_back();
    if (name.empty()) name = "memory without a name";
    break;
  }
  std::fclose(maps);
  return name;
}

}  // namespace

const RelibHeapSystem* HeapSystem() { return nullptr; }

// Addresses are free unless they are limited (RLIMIT_AS).
size_t WantedHeapRange() { return size_t{64} << 30; }

void* ReserveAddresses(size_t size) {
  void* const memory =
      ::mmap(nullptr, size, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void* MapMemory(size_t size, size_t alignment) {
  const size_t wanted = size + (alignment > 1 ? alignment : 0);
  void* const memory =
      ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  if (alignment <= 1) return memory;
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t end = begin + wanted;
  const uintptr_t first = (begin + alignment - 1) & ~(alignment - 1);
  if (first > begin) ::munmap(memory, first - begin);
  if (first + size < end) {
    ::munmap(reinterpret_cast<void*>(first + size), end - first - size);
  }
  return reinterpret_cast<void*>(first);
}

bool UnmapMemory(void* memory, size_t size) {
  return ::munmap(memory, size) == 0;
}

void UnmapInSteps(void* memory, size_t touched, size_t size) {
  constexpr size_t kStep = size_t{4} << 20;
  for (size_t offset = 0; offset < touched; offset += kStep) {
    ::madvise(static_cast<char*>(memory) + offset,
              std::min(kStep, touched - offset), MADV_DONTNEED);
  }
  ::munmap(memory, size);
}

MemoryPlace PlaceOf(const void* address) {
  MemoryPlace place = {.name = MappingAt(address)};
  // The C library allocates blocks in these two.
  place.may_be_c_library_heap =
      ImageAt(reinterpret_cast<uintptr_t>(address)).end == 0 &&
      (place.name == "[heap]" || place.name == "memory without a name");
  return place;
}

}  // namespace relib::platform
