// Memory of the libraries of mingw-w64 that are linked into a module: mutexes
// and threads of winpthreads, the list of destructors, the digits of printf().
// The libraries keep this memory, so it would seem to be leaked by the module
// if it came from the module's heap. (runtime_archives.bzl)

#include "platform/windows/agent/heap/runtime_gnu.h"

#include <string.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>

namespace {

// Precedes each block.
struct alignas(16) Block {
  Block* next;
  Block** link;
};

SRWLOCK lock = SRWLOCK_INIT;
Block* blocks = nullptr;

void Add(Block* block) {
  AcquireSRWLockExclusive(&lock);
  block->next = blocks;
  block->link = &blocks;
  if (blocks != nullptr) blocks->link = &block->next;
  blocks = block;
  ReleaseSRWLockExclusive(&lock);
}

void Remove(Block* block) {
  AcquireSRWLockExclusive(&lock);
  *block->link = block->next;
  if (block->next != nullptr) block->next->link = block->link;
  ReleaseSRWLockExclusive(&lock);
}

void* Allocate(size_t size) {
  if (size > SIZE_MAX - sizeof(Block)) return nullptr;
  auto* const block = static_cast<Block*>(
      HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(Block) + size));
  if (block == nullptr) return nullptr;
  Add(block);
  return block + 1;
}

}  // namespace

namespace relib::platform::internal {

void FreeRuntimeMemory() {
  while (blocks != nullptr) {
    Block* const block = blocks;
    Remove(block);
    HeapFree(GetProcessHeap(), 0, block);
  }
}

}  // namespace relib::platform::internal

extern "C" {

void* relib_runtime_malloc(size_t size) { return Allocate(size); }

void* relib_runtime_calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) return nullptr;
  return Allocate(total);
}

void relib_runtime_free(void* memory) {
  if (memory == nullptr) return;
  Block* const block = static_cast<Block*>(memory) - 1;
  Remove(block);
  HeapFree(GetProcessHeap(), 0, block);
}

void* relib_runtime_realloc(void* memory, size_t size) {
  if (memory == nullptr) return Allocate(size);
  Block* const block = static_cast<Block*>(memory) - 1;
  const size_t old_size = HeapSize(GetProcessHeap(), 0, block) - sizeof(Block);
  void* const moved = Allocate(size);
  if (moved == nullptr) return nullptr;
  memcpy(moved, memory, old_size < size ? old_size : size);
  relib_runtime_free(memory);
  return moved;
}

char* relib_runtime_strdup(const char* text) {
  const size_t size = strlen(text) + 1;
  void* const copy = Allocate(size);
  return static_cast<char*>(copy == nullptr ? nullptr
                                            : memcpy(copy, text, size));
}

// A critical section that is never deleted keeps memory for debuggers.
static void WINAPI
InitializeCriticalSectionWithoutDebugInfo(CRITICAL_SECTION* section) {
  InitializeCriticalSectionEx(section, 0, CRITICAL_SECTION_NO_DEBUG_INFO);
}
extern void* const relib_runtime_initialize_critical_section;
void* const relib_runtime_initialize_critical_section =
    reinterpret_cast<void*>(&InitializeCriticalSectionWithoutDebugInfo);

}  // extern "C"
