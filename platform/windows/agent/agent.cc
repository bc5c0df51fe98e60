#include "platform/agent/agent.h"

#include <string.h>
#include <windows.h>

#include <atomic>

#include "platform/windows/agent/agent_binding.h"
#include "platform/windows/agent/agent_hooks.h"
#include "platform/windows/agent/agent_internal.h"
#include "platform/windows/agent/heap/agent_memory.h"
#include "platform/windows/agent/hook_stubs.h"

// Hooks work through the module's own import table. The loader calls the TLS
// callback below before any other code of the module. The callback replaces the
// table's entries for the functions that hooks.bzl names. So hooks cover the
// static libraries in the module (libstdc++, winpthreads) and no other library
// of the process.

// The image, beginning with its headers; the linker defines it. Declared
// without a size, because the compiler warns about accesses past a single
// IMAGE_DOS_HEADER.
extern "C" char __ImageBase[];

namespace relib::platform {
namespace internal {
namespace {

// ---------------------------------------------------------------------------
// Records of resources, which go to the host.

// A resource that DllMain() or a TLS callback acquired before BindAgent().
struct Early {
  Early* next;
  ResourceKind kind;
  uint64_t value;
  bool is_runtime;
};

SRWLOCK lock = SRWLOCK_INIT;
Early* early = nullptr;  // under `lock`
constinit std::atomic<const AgentBinding*> bound = nullptr;

void RememberEarly(ResourceKind kind, uint64_t value, bool is_runtime) {
  // The handle of a thread represents two resources.
  if (kind == ResourceKind::kThreads) {
    RememberEarly(ResourceKind::kHandles, value, is_runtime);
  }
  auto* record =
      static_cast<Early*>(HeapAlloc(GetProcessHeap(), 0, sizeof(Early)));
  if (record == nullptr) return;
  if (kind == ResourceKind::kThreads) {
    // The caller may close its own handle before the binding.
    HANDLE duplicate;
    if (!real_DuplicateHandle(
            GetCurrentProcess(), reinterpret_cast<HANDLE>(value),
            GetCurrentProcess(), &duplicate, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
      HeapFree(GetProcessHeap(), 0, record);
      return;
    }
    value = reinterpret_cast<uint64_t>(duplicate);
  }
  *record = {early, kind, value, is_runtime};
  early = record;
}

void ForgetEarly(ResourceKind kind, uint64_t value) {
  for (Early** link = &early; *link != nullptr; link = &(*link)->next) {
    Early* record = *link;
    if (record->kind != kind || record->value != value) continue;
    *link = record->next;
    HeapFree(GetProcessHeap(), 0, record);
    return;
  }
}

const Caller* CallerOf(const AgentBinding* binding, bool is_runtime) {
  return is_runtime ? &binding->runtime : &binding->module;
}

// Hands the early records to the host. The caller holds the lock.
void ReplayEarly(const AgentBinding* binding) {
  // Oldest first.
  Early* ordered = nullptr;
  while (early != nullptr) {
    Early* record = early;
    early = record->next;
    record->next = ordered;
    ordered = record;
  }
  while (ordered != nullptr) {
    Early* record = ordered;
    ordered = record->next;
    binding->add(CallerOf(binding, record->is_runtime), record->kind,
                 record->value);
    if (record->kind == ResourceKind::kThreads) {
      real_CloseHandle(reinterpret_cast<HANDLE>(record->value));
    }
    HeapFree(GetProcessHeap(), 0, record);
  }
}

}  // namespace

const AgentBinding* BoundAgent() { return bound; }

const Caller* CallerAt(const AgentBinding* binding,
                       const void* return_address) {
  return CallerOf(binding, IsRuntimeCode(return_address));
}

void Record(ResourceKind kind, uint64_t value, const void* return_address) {
  const AgentBinding* binding = bound;
  if (binding == nullptr) {
    AcquireSRWLockExclusive(&lock);
    binding = bound;
    if (binding == nullptr) {
      RememberEarly(kind, value, IsRuntimeCode(return_address));
    }
    ReleaseSRWLockExclusive(&lock);
  }
  if (binding != nullptr) {
    binding->add(CallerAt(binding, return_address), kind, value);
  }
}

void Forget(ResourceKind kind, uint64_t value, const void* return_address) {
  const AgentBinding* binding = bound;
  if (binding == nullptr) {
    AcquireSRWLockExclusive(&lock);
    binding = bound;
    if (binding == nullptr) ForgetEarly(kind, value);
    ReleaseSRWLockExclusive(&lock);
  }
  if (binding != nullptr) {
    binding->remove(CallerAt(binding, return_address), kind, value);
  }
}

namespace {

// ---------------------------------------------------------------------------
// The import table.

char Lower(char c) { return 'A' <= c && c <= 'Z' ? c - 'A' + 'a' : c; }

// Returns whether the name of `library` begins with one of `prefixes`, in any
// case.
bool IsOneOf(const char* library, const char* const* prefixes) {
  for (; *prefixes != nullptr; ++prefixes) {
    const char* prefix = *prefixes;
    const char* name = library;
    while (*prefix != '\0' && Lower(*name) == *prefix) {
      ++prefix;
      ++name;
    }
    if (*prefix == '\0') return true;
  }
  return false;
}

// Returns the hook for `function` of `library`, or null if there is none.
const Hook* FindHook(const char* library, const char* function) {
  size_t begin = 0;
  size_t end = kHookCount;
  while (begin < end) {
    const size_t middle = (begin + end) / 2;
    const int order = strcmp(kHooks[middle].name, function);
    if (order == 0) {
      return IsOneOf(library, kHooks[middle].libraries) ? &kHooks[middle]
                                                        : nullptr;
    }
    (order < 0 ? begin : end) = order < 0 ? middle + 1 : middle;
  }
  return nullptr;
}

const IMAGE_DATA_DIRECTORY& Directory(const char* base, int index) {
  const auto* headers = reinterpret_cast<const IMAGE_NT_HEADERS*>(
      base + reinterpret_cast<const IMAGE_DOS_HEADER*>(base)->e_lfanew);
  return headers->OptionalHeader.DataDirectory[index];
}

// Returns null if the library exports nothing.
const IMAGE_EXPORT_DIRECTORY* ExportsOf(const char* base) {
  const DWORD address =
      Directory(base, IMAGE_DIRECTORY_ENTRY_EXPORT).VirtualAddress;
  return address == 0
             ? nullptr
             : reinterpret_cast<const IMAGE_EXPORT_DIRECTORY*>(base + address);
}

// Returns the name of the library in its own export table, or "".
const char* NameOf(const char* base) {
  const IMAGE_EXPORT_DIRECTORY* exports = ExportsOf(base);
  return exports == nullptr || exports->Name == 0 ? "" : base + exports->Name;
}

// Returns the name of the function with this ordinal, or null if it has none.
const char* NameOf(const char* base, WORD ordinal) {
  const IMAGE_EXPORT_DIRECTORY* exports = ExportsOf(base);
  if (exports == nullptr) return nullptr;
  const auto* names =
      reinterpret_cast<const DWORD*>(base + exports->AddressOfNames);
  const auto* ordinals =
      reinterpret_cast<const WORD*>(base + exports->AddressOfNameOrdinals);
  for (DWORD i = 0; i < exports->NumberOfNames; ++i) {
    if (ordinals[i] + exports->Base == ordinal) return base + names[i];
  }
  return nullptr;
}

// Installs the hooks for the functions that are imported from one library.
// `names` is the import table as the linker wrote it, `entries` as the loader
// has filled it in.
void ReplaceImportsOf(const char* library, const IMAGE_THUNK_DATA* names,
                      void** entries) {
  size_t count = 0;
  while (names[count].u1.AddressOfData != 0) ++count;
  // Some linkers put the entries into a read-only section.
  DWORD protection;
  if (count == 0 || !VirtualProtect(entries, count * sizeof(*entries),
                                    PAGE_READWRITE, &protection)) {
    return;
  }
  const char* loaded = nullptr;
  for (size_t i = 0; i < count; ++i) {
    const char* function = nullptr;
    if (IMAGE_SNAP_BY_ORDINAL(names[i].u1.Ordinal)) {
      if (loaded == nullptr) {
        loaded = reinterpret_cast<const char*>(GetModuleHandleA(library));
      }
      if (loaded != nullptr) {
        function = NameOf(
            loaded, static_cast<WORD>(IMAGE_ORDINAL(names[i].u1.Ordinal)));
      }
    } else {
      function = reinterpret_cast<const IMAGE_IMPORT_BY_NAME*>(
                     __ImageBase + names[i].u1.AddressOfData)
                     ->Name;
    }
    if (function == nullptr) continue;
    if (const Hook* hook = FindHook(library, function)) {
      *hook->real = entries[i];
      entries[i] = hook->replacement;
    }
  }
  VirtualProtect(entries, count * sizeof(*entries), protection, &protection);
}

void ReplaceImports() {
  char* base = __ImageBase;
  const DWORD table =
      Directory(base, IMAGE_DIRECTORY_ENTRY_IMPORT).VirtualAddress;
  if (table == 0) return;
  const auto* library =
      reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(base + table);
  for (; library->Name != 0; ++library) {
    if (library->OriginalFirstThunk == 0) continue;  // it holds no names
    ReplaceImportsOf(base + library->Name,
                     reinterpret_cast<const IMAGE_THUNK_DATA*>(
                         base + library->OriginalFirstThunk),
                     reinterpret_cast<void**>(base + library->FirstThunk));
  }
  // Functions that the agent calls past its hooks. Naming them here imports
  // them into every module.
  if (real_CloseHandle == nullptr) real_CloseHandle = &CloseHandle;
  if (real_DuplicateHandle == nullptr) real_DuplicateHandle = &DuplicateHandle;
}

// ---------------------------------------------------------------------------
// Events of the image.

}  // namespace

void RunDestructor(void (*destroy)(void*), void* object) {
  if (const AgentBinding* binding = bound) {
    binding->run_destructor(&binding->module, destroy, object);
  } else {
    destroy(object);
  }
}

bool DestructorsAreSkipped() {
  const AgentBinding* binding = bound;
  return binding != nullptr &&
         binding->destructors_are_skipped(&binding->module);
}

void LeaveImage() {
  if (const AgentBinding* binding = bound) {
    binding->leave_image(&binding->module);
  }
  LeaveMemory();
}

namespace {

void NTAPI OnLoaderEvent(void* /*image*/, DWORD reason, void* process_ends) {
  switch (reason) {
    case DLL_PROCESS_ATTACH:
      ReplaceImports();
      break;
    case DLL_THREAD_DETACH:
      RunThreadDestructors();
      break;
    case DLL_PROCESS_DETACH:
      // C++ destroys thread_local objects before static ones. When the process
      // ends, the other threads have already been stopped at arbitrary points,
      // so only this thread's objects are destroyed.
      if (process_ends != nullptr) {
        RunThreadDestructors();
        bound = nullptr;
        break;
      }
      RunAllThreadDestructors();
      if (const AgentBinding* binding = bound) {
        binding->before_destructors(&binding->module);
      }
      break;
  }
}

}  // namespace

// Covers delay-loaded libraries and code that looks functions up.
FARPROC WINAPI Hooked_GetProcAddress(HMODULE library, const char* name) {
  const FARPROC real = real_GetProcAddress(library, name);
  if (real == nullptr) return nullptr;
  // The two lowest bits of a handle mark a file that is only mapped.
  const auto* base = reinterpret_cast<const char*>(
      reinterpret_cast<uintptr_t>(library) & ~uintptr_t{3});
  if (base == nullptr) return real;
  const char* function =
      IS_INTRESOURCE(name) ? NameOf(base, LOWORD(name)) : name;
  if (function == nullptr) return real;
  const Hook* hook = FindHook(NameOf(base), function);
  if (hook == nullptr) return real;
  // Another thread may be in this function as well.
  InterlockedCompareExchangePointer(hook->real, reinterpret_cast<void*>(real),
                                    nullptr);
  return reinterpret_cast<FARPROC>(hook->replacement);
}

}  // namespace internal

void BindAgent(const AgentBinding* binding) {
  internal::BindMemory(binding->heap);
  *binding->module.image = reinterpret_cast<HMODULE>(__ImageBase);
  *binding->run_thread_destructors = &internal::RunThreadDestructors;
  AcquireSRWLockExclusive(&internal::lock);
  internal::ReplayEarly(binding);
  internal::bound = binding;
  ReleaseSRWLockExclusive(&internal::lock);
}

}  // namespace relib::platform

// The linker sorts the callbacks by the part after the `$`. This one comes
// before those of the C library and of winpthreads (.CRT$XLC to .CRT$XLF), so
// at the end of a thread its thread_local objects still have their memory.
#if defined(_MSC_VER)
#pragma comment(linker, "/INCLUDE:_tls_used")
#pragma comment(linker, "/INCLUDE:relib_agent_tls_callback")
#pragma section(".CRT$XLAA", long, read)
extern "C" __declspec(allocate(".CRT$XLAA"))
const PIMAGE_TLS_CALLBACK relib_agent_tls_callback =
    &relib::platform::internal::OnLoaderEvent;
#else
extern "C" {
extern const PIMAGE_TLS_CALLBACK relib_agent_tls_callback;
__attribute__((section(".CRT$XLAA"), used))
const PIMAGE_TLS_CALLBACK relib_agent_tls_callback =
    &relib::platform::internal::OnLoaderEvent;
}
#endif
