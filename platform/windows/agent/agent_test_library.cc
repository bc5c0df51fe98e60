// Starts threads through each of the functions that the agent hooks.

#include <process.h>
#include <windows.h>

#include "platform/agent/agent.h"

namespace {

HANDLE released = nullptr;
LONG running = 0;

void RunUntilReleased() {
  InterlockedIncrement(&running);
  WaitForSingleObject(released, INFINITE);
}

DWORD WINAPI Return(void*) {
  RunUntilReleased();
  return 7;
}

DWORD WINAPI Exit(void*) {
  RunUntilReleased();
  ExitThread(7);
}

unsigned __stdcall EndEx(void*) {
  RunUntilReleased();
  _endthreadex(7);
  return 0;
}

void __cdecl End(void* ends) {
  RunUntilReleased();
  if (ends != nullptr) _endthread();
}

// Takes a reference of its own, as FreeLibraryAndExitThread() requires.
DWORD WINAPI FreeAndExit(void*) {
  HMODULE self;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&FreeAndExit), &self);
  RunUntilReleased();
  FreeLibraryAndExitThread(self, 7);
}

HANDLE early_thread = nullptr;
bool forget = false;

}  // namespace

extern "C" {

// Starts a thread under the loader's lock, before the module is bound.
BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void*) {
  if (reason == DLL_PROCESS_ATTACH) {
    released = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    early_thread = CreateThread(nullptr, 0, &Return, nullptr, 0, nullptr);
  } else if (reason == DLL_PROCESS_DETACH) {
    if (forget) return TRUE;
    CloseHandle(released);
    CloseHandle(early_thread);
  }
  return TRUE;
}

void Start(const relib::platform::AgentBinding* binding) {
  relib::platform::BindAgent(binding);
  relib::platform::RunConstructors();
}

void Forget() { forget = true; }
void Release() { SetEvent(released); }
int Running() { return InterlockedCompareExchange(&running, 0, 0); }

HANDLE StartCreateThread() {
  return CreateThread(nullptr, 0, &Return, nullptr, 0, nullptr);
}

HANDLE StartExitThread(DWORD* id) {
  return CreateThread(nullptr, 0, &Exit, nullptr, 0, id);
}

HANDLE StartSuspended() {
  return CreateThread(nullptr, 0, &Return, nullptr, CREATE_SUSPENDED, nullptr);
}

HANDLE StartBeginThreadEx() {
  return reinterpret_cast<HANDLE>(
      _beginthreadex(nullptr, 0, &EndEx, nullptr, 0, nullptr));
}

bool StartBeginThread(bool ends) {
  static char not_null;
  return _beginthread(&End, 0, ends ? &not_null : nullptr) !=
         static_cast<uintptr_t>(-1);
}

HANDLE StartFreeAndExit() {
  return CreateThread(nullptr, 0, &FreeAndExit, nullptr, 0, nullptr);
}

// Asks for a stack of 2^60 bytes, which the system refuses. Returns the error
// that the caller sees.
DWORD FailToCreateThread() {
  SetLastError(0);
  const HANDLE handle =
      CreateThread(nullptr, SIZE_T{1} << 60, &Return, nullptr,
                   STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (handle != nullptr) return 0;
  return GetLastError();
}

// Keeps eight indices and frees one.
bool TakeTlsIndices() {
  for (int i = 0; i < 8; ++i) {
    if (TlsAlloc() == TLS_OUT_OF_INDEXES) return false;
  }
  const DWORD freed = TlsAlloc();
  return freed != TLS_OUT_OF_INDEXES && TlsFree(freed);
}

}  // extern "C"
