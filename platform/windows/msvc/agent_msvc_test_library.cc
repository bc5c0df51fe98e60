// A library of MSVC's ABI with the agent in it. Clang builds it without MSVC's
// headers and libraries. So the parts of the C and C++ runtimes that the agent
// needs are here, reduced to the minimum: there are no static and no
// thread_local objects.

#include <string.h>
#include <windows.h>

#include "platform/agent/agent.h"
#include "platform/windows/agent/agent_internal.h"
#include "platform/windows/agent/heap/agent_memory.h"

namespace relib::platform::internal {

void RunThreadDestructors() {}
void RunAllThreadDestructors() {}
bool IsRuntimeCode(const void* /*address*/) { return false; }
// The module has no heap of its own.
void BindMemory(RelibHeapBinding* /*binding*/) {}
void LeaveMemoryOfThread() {}
void LeaveMemory() {}

}  // namespace relib::platform::internal

extern "C" {

// ---------------------------------------------------------------------------
// Parts of the C runtime.

// The callbacks of the loader are between these two.
#pragma section(".CRT$XLA", long, read)
#pragma section(".CRT$XLZ", long, read)
__declspec(allocate(
    ".CRT$XLA")) extern const PIMAGE_TLS_CALLBACK kFirstCallback = nullptr;
__declspec(allocate(
    ".CRT$XLZ")) extern const PIMAGE_TLS_CALLBACK kLastCallback = nullptr;

ULONG _tls_index = 0;
char tls_template[16] = {};

// The linker finds it by its name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern const IMAGE_TLS_DIRECTORY64 _tls_used = {
    reinterpret_cast<ULONGLONG>(tls_template),
    reinterpret_cast<ULONGLONG>(tls_template + sizeof(tls_template)),
    reinterpret_cast<ULONGLONG>(&_tls_index),
    reinterpret_cast<ULONGLONG>(&kFirstCallback + 1),
    0,
    0,
};

int strcmp(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}

BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void* process_ends) {
  if (reason == DLL_PROCESS_DETACH && process_ends == nullptr) {
    relib::platform::internal::LeaveImage();
  }
  return TRUE;
}

// ---------------------------------------------------------------------------
// Functions for the test.

__declspec(dllexport) void Start(const relib::platform::AgentBinding* binding) {
  relib::platform::BindAgent(binding);
}

static DWORD WINAPI Wait(void* event) {
  WaitForSingleObject(event, INFINITE);
  return 7;
}

__declspec(dllexport) HANDLE StartThread(HANDLE until) {
  return CreateThread(nullptr, 0, &Wait, until, 0, nullptr);
}

__declspec(dllexport) DWORD TakeTlsIndex() { return TlsAlloc(); }

__declspec(dllexport) HANDLE TakeEvent() {
  return CreateEventW(nullptr, TRUE, FALSE, L"relib-msvc-test");
}

}  // extern "C"
