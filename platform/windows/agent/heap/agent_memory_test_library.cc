// Uses memory before most of a module works.

#include <stdlib.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>

#include "platform/agent/agent.h"

namespace {

void* freed_later = nullptr;
void* grown_later = nullptr;

struct Large {
  char bytes[3000];
};

thread_local int64_t counter = 100;
alignas(128) thread_local Large large;

}  // namespace

extern "C" {

// Runs before the host has bound the module.
BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void*) {
  if (reason == DLL_PROCESS_ATTACH) {
    freed_later = malloc(1000);
    grown_later = calloc(10, 10);
    void* volatile leaked = malloc(5000);
    static_cast<void>(leaked);
    ++counter;
  }
  return TRUE;
}

void Start(const relib::platform::AgentBinding* binding) {
  relib::platform::BindAgent(binding);
  relib::platform::RunConstructors();
}

// Returns whether the blocks that DllMain() has allocated have their contents.
// Frees them.
bool UseEarlyBlocks() {
  void* const grown = realloc(grown_later, 100'000);
  const bool right =
      grown != nullptr && static_cast<const char*>(grown)[99] == 0;
  free(grown);
  free(freed_later);
  return right;
}

// Returns how often it was called on this thread, plus one on the loading
// thread. Zero if another variable of the thread is wrong.
int64_t Count() {
  if (reinterpret_cast<uintptr_t>(&large) % 128 != 0) return 0;
  for (char& byte : large.bytes) {
    if (byte != static_cast<char>(counter - 100)) {
      if (counter > 101) return 0;
    }
    byte = static_cast<char>(counter - 99);
  }
  return ++counter - 100;
}

void Allocate(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    void* volatile block = malloc(100);
    static_cast<void>(block);
  }
}

}  // extern "C"
