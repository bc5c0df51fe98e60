#include "platform/agent.h"

#include <errno.h>
#include <process.h>
#include <string.h>
#include <windows.h>

#include "platform/windows/agent_binding.h"
#include "platform/windows/agent_internal.h"

// The hooks work by the module's own import table: the loader calls the TLS
// callback below before any other code of the module, and that replaces the
// entries named in kHooks. So they cover the static libraries in the module
// (libstdc++, winpthreads), and no other library of the process.
//
// Not covered: functions that are looked up with GetProcAddress(), and threads
// of the system's thread pools.

// The image, from its headers on; defined by the linker. Of unknown size, for
// the compiler's sake: it warns of what lies behind a single IMAGE_DOS_HEADER.
extern "C" char __ImageBase[];

namespace relib::platform {
namespace {

// ---------------------------------------------------------------------------
// The way to the estate.

// What was taken before BindAgent(), by DllMain() or a TLS callback.
struct Early {
  Early* next;
  Resource resource;
  uint64_t value;
};

SRWLOCK lock = SRWLOCK_INIT;
const AgentBinding* binding = nullptr;  // under `lock`
Early* early = nullptr;                 // under `lock`

bool RememberEarly(Resource resource, uint64_t value) {
  auto* record =
      static_cast<Early*>(HeapAlloc(GetProcessHeap(), 0, sizeof(Early)));
  if (record == nullptr) return false;
  *record = {early, resource, value};
  if (resource == Resource::kThread) {
    // The caller may close its own before the binding.
    HANDLE duplicate;
    if (!DuplicateHandle(GetCurrentProcess(), reinterpret_cast<HANDLE>(value),
                         GetCurrentProcess(), &duplicate, 0, FALSE,
                         DUPLICATE_SAME_ACCESS)) {
      HeapFree(GetProcessHeap(), 0, record);
      return false;
    }
    record->value = reinterpret_cast<uint64_t>(duplicate);
  }
  early = record;
  return true;
}

void ForgetEarly(Resource resource, uint64_t value) {
  for (Early** link = &early; *link != nullptr; link = &(*link)->next) {
    Early* record = *link;
    if (record->resource != resource || record->value != value) continue;
    *link = record->next;
    HeapFree(GetProcessHeap(), 0, record);
    return;
  }
}

bool Add(Resource resource, uint64_t value) {
  AcquireSRWLockExclusive(&lock);
  const bool added = binding == nullptr
                         ? RememberEarly(resource, value)
                         : binding->add(binding->estate, resource, value);
  ReleaseSRWLockExclusive(&lock);
  return added;
}

void Remove(Resource resource, uint64_t value) {
  AcquireSRWLockExclusive(&lock);
  if (binding == nullptr) {
    ForgetEarly(resource, value);
  } else {
    binding->remove(binding->estate, resource, value);
  }
  ReleaseSRWLockExclusive(&lock);
}

// ---------------------------------------------------------------------------
// Threads. Each is created suspended and recorded in the estate by its handle:
// that is signalled when the thread is gone for good, however it ends. So the
// functions that end threads need no hook.

bool AddThread(HANDLE handle) {
  return Add(Resource::kThread, reinterpret_cast<uint64_t>(handle));
}

// Records a thread that is suspended and lets it run, or ends it.
bool LaunchThread(HANDLE handle, bool stay_suspended) {
  if (!AddThread(handle)) {
    TerminateThread(handle, 1);  // it hasn't run, so it holds nothing
    CloseHandle(handle);
    return false;
  }
  if (!stay_suspended) ResumeThread(handle);
  return true;
}

decltype(&CreateThread) real_create_thread = nullptr;
HANDLE WINAPI HookedCreateThread(SECURITY_ATTRIBUTES* attributes,
                                 SIZE_T stack_size,
                                 LPTHREAD_START_ROUTINE start, void* argument,
                                 DWORD flags, DWORD* id) {
  const HANDLE handle = real_create_thread(
      attributes, stack_size, start, argument, flags | CREATE_SUSPENDED, id);
  if (handle == nullptr) return nullptr;
  if (LaunchThread(handle, (flags & CREATE_SUSPENDED) != 0)) {
    return handle;
  }
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return nullptr;
}

decltype(&_beginthreadex) real_beginthreadex = nullptr;
uintptr_t __cdecl HookedBeginThreadEx(void* security, unsigned stack_size,
                                      unsigned(__stdcall* start)(void*),
                                      void* argument, unsigned flags,
                                      unsigned* id) {
  const uintptr_t handle = real_beginthreadex(
      security, stack_size, start, argument, flags | CREATE_SUSPENDED, id);
  if (handle == 0) return 0;
  if (LaunchThread(reinterpret_cast<HANDLE>(handle),
                   (flags & CREATE_SUSPENDED) != 0)) {
    return handle;
  }
  errno = EAGAIN;
  return 0;
}

// _beginthread() can't create a suspended thread, and closes the handle when
// the thread ends: so the thread waits until its creator has recorded it.
struct BeginThreadCall {
  void(__cdecl* start)(void*);
  void* argument;
  HANDLE recorded;
  bool run;
};

void __cdecl StartOfBeginThread(void* argument) {
  auto* heap_call = static_cast<BeginThreadCall*>(argument);
  WaitForSingleObject(heap_call->recorded, INFINITE);
  const BeginThreadCall call = *heap_call;
  CloseHandle(call.recorded);
  HeapFree(GetProcessHeap(), 0, heap_call);
  if (call.run) call.start(call.argument);
}

decltype(&_beginthread) real_beginthread = nullptr;
uintptr_t __cdecl HookedBeginThread(void(__cdecl* start)(void*),
                                    unsigned stack_size, void* argument) {
  const uintptr_t kFailed = static_cast<uintptr_t>(-1);
  auto* call = static_cast<BeginThreadCall*>(
      HeapAlloc(GetProcessHeap(), 0, sizeof(BeginThreadCall)));
  const HANDLE recorded = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  uintptr_t handle = kFailed;
  if (call != nullptr && recorded != nullptr) {
    *call = {start, argument, recorded, false};
    handle = real_beginthread(&StartOfBeginThread, stack_size, call);
  } else {
    errno = EAGAIN;
  }
  if (handle == kFailed) {
    if (call != nullptr) HeapFree(GetProcessHeap(), 0, call);
    if (recorded != nullptr) CloseHandle(recorded);
    return kFailed;
  }
  const HANDLE thread = reinterpret_cast<HANDLE>(handle);
  const bool run = AddThread(thread);
  call->run = run;
  SetEvent(recorded);  // from here on `call` and both handles are the thread's
  if (run) return handle;
  errno = EAGAIN;
  return kFailed;
}

// ---------------------------------------------------------------------------
// TLS indices. A process has 1,088, and a static winpthreads takes one when a
// module first uses it, for good: the host frees it after the image is gone.

decltype(&TlsAlloc) real_tls_alloc = nullptr;
DWORD WINAPI HookedTlsAlloc() {
  const DWORD index = real_tls_alloc();
  if (index == TLS_OUT_OF_INDEXES || Add(Resource::kTlsIndex, index)) {
    return index;
  }
  TlsFree(index);  // unknown to the estate, so that is harmless
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return TLS_OUT_OF_INDEXES;
}

decltype(&TlsFree) real_tls_free = nullptr;
BOOL WINAPI HookedTlsFree(DWORD index) {
  // Before it is free: another thread of the module may get it at once.
  Remove(Resource::kTlsIndex, index);
  return real_tls_free(index);
}

// ---------------------------------------------------------------------------
// The import table.

struct Hook {
  const char* name;
  void* replacement;
  void** real;
};

// To hook one more function is one more line.
const Hook kHooks[] = {
    {"TlsAlloc", reinterpret_cast<void*>(&HookedTlsAlloc),
     reinterpret_cast<void**>(&real_tls_alloc)},
    {"TlsFree", reinterpret_cast<void*>(&HookedTlsFree),
     reinterpret_cast<void**>(&real_tls_free)},
    {"CreateThread", reinterpret_cast<void*>(&HookedCreateThread),
     reinterpret_cast<void**>(&real_create_thread)},
    {"_beginthread", reinterpret_cast<void*>(&HookedBeginThread),
     reinterpret_cast<void**>(&real_beginthread)},
    {"_beginthreadex", reinterpret_cast<void*>(&HookedBeginThreadEx),
     reinterpret_cast<void**>(&real_beginthreadex)},
};

void ReplaceEntry(void** entry, const Hook& hook) {
  // Some linkers put the table into a read-only section.
  DWORD protection;
  if (!VirtualProtect(entry, sizeof(*entry), PAGE_READWRITE, &protection)) {
    return;
  }
  if (*hook.real == nullptr) *hook.real = *entry;
  *entry = hook.replacement;
  VirtualProtect(entry, sizeof(*entry), protection, &protection);
}

void ReplaceImports() {
  char* base = __ImageBase;
  const auto* headers = reinterpret_cast<const IMAGE_NT_HEADERS*>(
      base + reinterpret_cast<const IMAGE_DOS_HEADER*>(base)->e_lfanew);
  const IMAGE_DATA_DIRECTORY& directory =
      headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  if (directory.VirtualAddress == 0) return;
  const auto* library = reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(
      base + directory.VirtualAddress);
  for (; library->Name != 0; ++library) {
    if (library->OriginalFirstThunk == 0) continue;  // it holds no names
    const auto* name = reinterpret_cast<const IMAGE_THUNK_DATA*>(
        base + library->OriginalFirstThunk);
    auto* entry = reinterpret_cast<void**>(base + library->FirstThunk);
    for (; name->u1.AddressOfData != 0; ++name, ++entry) {
      if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal)) continue;
      const auto* import = reinterpret_cast<const IMAGE_IMPORT_BY_NAME*>(
          base + name->u1.AddressOfData);
      const char* function = reinterpret_cast<const char*>(import->Name);
      for (const Hook& hook : kHooks) {
        if (strcmp(function, hook.name) == 0) ReplaceEntry(entry, hook);
      }
    }
  }
}

void NTAPI OnLoaderEvent(void* /*image*/, DWORD reason, void* process_ends) {
  switch (reason) {
    case DLL_PROCESS_ATTACH:
      ReplaceImports();
      break;
    case DLL_THREAD_DETACH:
      internal::RunThreadDestructors();
      break;
    case DLL_PROCESS_DETACH:
      // Before the static destructors, as C++ wants it. When the process ends
      // the other threads are gone already, in the middle of what they did.
      if (process_ends != nullptr) {
        internal::RunThreadDestructors();
      } else {
        internal::RunAllThreadDestructors();
      }
      break;
  }
}

}  // namespace

void BindAgent(const AgentBinding* new_binding) {
  AcquireSRWLockExclusive(&lock);
  binding = new_binding;
  while (early != nullptr) {
    Early* record = early;
    early = record->next;
    binding->add(binding->estate, record->resource, record->value);
    if (record->resource == Resource::kThread) {
      CloseHandle(reinterpret_cast<HANDLE>(record->value));
    }
    HeapFree(GetProcessHeap(), 0, record);
  }
  ReleaseSRWLockExclusive(&lock);
}

}  // namespace relib::platform

// The linker sorts the callbacks by what follows the `$`: this one comes before
// those of the C library and of winpthreads (.CRT$XLC to .CRT$XLF). At the end
// of a thread that means: while the memory of its thread_local objects is
// there.
#if defined(_MSC_VER)
#pragma comment(linker, "/INCLUDE:_tls_used")
#pragma comment(linker, "/INCLUDE:relib_agent_tls_callback")
#pragma section(".CRT$XLAA", long, read)
extern "C" __declspec(allocate(".CRT$XLAA"))
const PIMAGE_TLS_CALLBACK relib_agent_tls_callback =
    &relib::platform::OnLoaderEvent;
#else
extern "C" {
extern const PIMAGE_TLS_CALLBACK relib_agent_tls_callback;
__attribute__((section(".CRT$XLAA"), used))
const PIMAGE_TLS_CALLBACK relib_agent_tls_callback =
    &relib::platform::OnLoaderEvent;
}
#endif
