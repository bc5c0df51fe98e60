#include "platform/host/library.h"

#include <windows.h>
// After windows.h.
#include <psapi.h>
#include <winternl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/host/file.h"
#include "platform/host/holders.h"
#include "platform/image/pe_file.h"
#include "platform/windows/system/dbghelp.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/free_library.h"

// How a refused unload finds out what holds the library
//
// - Libraries that are linked against it: the import tables of all loaded
//   libraries, in memory, are searched for addresses inside of the image.
// - References that others took, and pinning: from the loader's own count,
// which
//   no documented call tells. It is read where Wine 8, Windows 8 to 11 keep it,
//   and believed only if it follows a reference that is taken and given back.
//   (Not verified on real Windows: there the message may lack the number.)
//
// Static destructors run inside of FreeLibrary(), under the loader's lock, as
// the C runtime does it: a destructor must not wait for another thread to start
// or to end.

namespace relib::platform {

const std::string_view kLibraryPrefix = "";
const std::string_view kLibrarySuffix = ".dll";

namespace {

// Takes a reference on the library that has `address` in its image.
HMODULE ReferenceByAddress(const void* address) {
  HMODULE module = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     static_cast<LPCWSTR>(address), &module);
  return module;
}

std::wstring ModulePath(HMODULE module) {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD size = GetModuleFileNameW(module, path.data(),
                                          static_cast<DWORD>(path.size()));
    if (size < path.size()) {
      path.resize(size);
      return path;
    }
    path.resize(path.size() * 2);
  }
}

bool EqualIgnoringCase(std::wstring_view a, std::wstring_view b) {
  return CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(),
                              static_cast<int>(b.size()), TRUE) == CSTR_EQUAL;
}

// A missing library shall not stop the program with a message box.
class QuietErrors {
 public:
  QuietErrors() {
    SetThreadErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX, &old_);
  }
  ~QuietErrors() { SetThreadErrorMode(old_, nullptr); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  DWORD old_ = 0;
};

// Notes which libraries the loader maps while the object lives, to tell a new
// library from one more reference on an old one: a path can be written in many
// ways and the loader sees through most, hard links included.
// https://learn.microsoft.com/windows/win32/devnotes/ldrregisterdllnotification
class LoadObserver {
 public:
  LoadObserver() {
    inside_ = true;
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    const auto register_notification =
        reinterpret_cast<Register>(reinterpret_cast<void*>(
            GetProcAddress(ntdll, "LdrRegisterDllNotification")));
    unregister_notification_ =
        reinterpret_cast<Unregister>(reinterpret_cast<void*>(
            GetProcAddress(ntdll, "LdrUnregisterDllNotification")));
    if (register_notification != nullptr &&
        unregister_notification_ != nullptr) {
      register_notification(0, &Notify, this, &cookie_);
    }
  }

  ~LoadObserver() { Stop(); }
  LoadObserver(const LoadObserver&) = delete;
  LoadObserver& operator=(const LoadObserver&) = delete;

  // False if `module` was there before. Call it once, after loading.
  bool IsNew(HMODULE module) {
    const bool works = cookie_ != nullptr;
    Stop();
    return !works ||
           std::find(loaded_.begin(), loaded_.end(), module) != loaded_.end();
  }

 private:
  struct Data {
    ULONG flags;
    const UNICODE_STRING* full_name;
    const UNICODE_STRING* base_name;
    void* base;
    ULONG size;
  };
  using Callback = void(CALLBACK*)(ULONG reason, const Data*, void* context);
  using Register = LONG(NTAPI*)(ULONG, Callback, void*, void**);
  using Unregister = LONG(NTAPI*)(void*);

  // Under the loader's lock, so one at a time.
  static void CALLBACK Notify(ULONG reason, const Data* data, void* context) {
    constexpr ULONG kLoaded = 1;
    auto* self = static_cast<LoadObserver*>(context);
    if (reason != kLoaded) return;
    // What another thread loads through relib is that thread's. Other foreign
    // threads may be the loader's own workers.
    if (inside_ && self->thread_ != GetCurrentThreadId()) return;
    self->loaded_.push_back(static_cast<HMODULE>(data->base));
  }

  void Stop() {
    if (cookie_ != nullptr) unregister_notification_(cookie_);
    cookie_ = nullptr;
    inside_ = false;
  }

  static thread_local bool inside_;

  const DWORD thread_ = GetCurrentThreadId();
  Unregister unregister_notification_ = nullptr;
  void* cookie_ = nullptr;
  std::vector<HMODULE> loaded_;
};

thread_local bool LoadObserver::inside_ = false;

// The system says "the specified module could not be found" for every library
// that is missing, without its name.
std::string MissingLibraries(const std::string& path) {
  absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
  if (!file.ok()) return absl::StrCat(" (", file.status().message(), ")");
  absl::StatusOr<ImageFacts> facts = InspectPe(**file);
  if (!facts.ok()) return absl::StrCat(" (", facts.status().message(), ")");
  std::vector<std::string> missing;
  for (const std::string& name : facts->needed) {
    const HMODULE found = LoadLibraryExW(
        ToWide(name).c_str(), nullptr,
        LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    if (found == nullptr) {
      missing.push_back(name);
    } else {
      FreeLibrary(found);
    }
  }
  if (missing.empty()) return "";
  return absl::StrCat("; it is linked against ", absl::StrJoin(missing, ", "),
                      ", which is not in the directory of the program, in the "
                      "system's or in one given to AddDllDirectory()");
}

// How often the loader counts `module`; `kPinned`; or nothing if unknown.
constexpr uint32_t kPinned = ~uint32_t{0};
std::optional<uint32_t> ReferenceCount(HMODULE module) {
  using Find = LONG(NTAPI*)(void* address, void** entry);
  const auto find =
      reinterpret_cast<Find>(reinterpret_cast<void*>(GetProcAddress(
          GetModuleHandleW(L"ntdll.dll"), "LdrFindEntryForAddress")));
  char* entry = nullptr;
  if (find == nullptr || find(module, reinterpret_cast<void**>(&entry)) != 0 ||
      entry == nullptr) {
    return std::nullopt;
  }
  // Fields of LDR_DATA_TABLE_ENTRY for 64 bits, as debuggers know it.
  constexpr size_t kDllBase = 0x30;
  constexpr size_t kObsoleteLoadCount = 0x6c;  // Wine 8, Windows 7: 16 bits
  constexpr size_t kDdagNode = 0x98;           // from Windows 8 on
  constexpr size_t kLoadCount = 0x18;          // in LDR_DDAG_NODE: 32 bits
  void* base;
  std::memcpy(&base, entry + kDllBase, sizeof(base));
  if (base != module) return std::nullopt;
  auto read_old = [&]() -> uint32_t {
    uint16_t count;
    std::memcpy(&count, entry + kObsoleteLoadCount, sizeof(count));
    return count == 0xffff ? kPinned : count;
  };
  char* node;
  std::memcpy(&node, entry + kDdagNode, sizeof(node));
  MEMORY_BASIC_INFORMATION memory;
  const bool has_node = VirtualQuery(node, &memory, sizeof(memory)) != 0 &&
                        memory.State == MEM_COMMIT &&
                        (memory.Protect & PAGE_READWRITE) != 0;
  auto read_new = [&]() -> uint32_t {
    uint32_t count = 0;
    if (has_node) std::memcpy(&count, node + kLoadCount, sizeof(count));
    return count;
  };
  const uint32_t old_before = read_old();
  const uint32_t new_before = read_new();
  if (ReferenceByAddress(module) == nullptr) return std::nullopt;
  const bool old_follows = read_old() == old_before + 1;
  const bool new_follows = read_new() == new_before + 1;
  FreeLibrary(module);
  if (new_follows && read_new() == new_before) return new_before;
  if (old_follows && read_old() == old_before) return old_before;
  if (old_before == kPinned || new_before == kPinned) return kPinned;
  return std::nullopt;
}

// Whether the import table of `module`, on which the caller holds a reference,
// has an address between `begin` and `end`. The loader has checked the headers.
bool ImportsFrom(HMODULE module, uintptr_t begin, uintptr_t end) {
  const char* base = reinterpret_cast<const char*>(module);
  const auto* dos = reinterpret_cast<const IMAGE_DOS_HEADER*>(base);
  const auto* headers =
      reinterpret_cast<const IMAGE_NT_HEADERS*>(base + dos->e_lfanew);
  const IMAGE_DATA_DIRECTORY& directory =
      headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  if (directory.VirtualAddress == 0) return false;
  const auto* import = reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(
      base + directory.VirtualAddress);
  for (; import->Name != 0 && import->FirstThunk != 0; ++import) {
    const auto* thunk =
        reinterpret_cast<const IMAGE_THUNK_DATA*>(base + import->FirstThunk);
    for (; thunk->u1.Function != 0; ++thunk) {
      if (thunk->u1.Function >= begin && thunk->u1.Function < end) return true;
    }
  }
  return false;
}

// The paths of the loaded libraries that are linked against `module`.
std::vector<std::string> Importers(HMODULE module) {
  std::vector<std::string> importers;
  MODULEINFO info;
  std::vector<HMODULE> modules(256);
  DWORD size = 0;
  for (;;) {
    const auto capacity = static_cast<DWORD>(modules.size() * sizeof(HMODULE));
    if (!K32GetModuleInformation(GetCurrentProcess(), module, &info,
                                 sizeof(info)) ||
        !K32EnumProcessModules(GetCurrentProcess(), modules.data(), capacity,
                               &size)) {
      return importers;
    }
    if (size <= capacity) break;
    modules.resize(size / sizeof(HMODULE) + 16);
  }
  modules.resize(size / sizeof(HMODULE));
  const auto begin = reinterpret_cast<uintptr_t>(info.lpBaseOfDll);
  for (HMODULE other : modules) {
    // It may be gone since, and shall not go while it is read.
    if (other == module || ReferenceByAddress(other) != other) continue;
    if (ImportsFrom(other, begin, begin + info.SizeOfImage)) {
      importers.push_back(ToUtf8(ModulePath(other)));
    }
    FreeLibrary(other);
  }
  return importers;
}

std::string Holders(HMODULE module) {
  const std::vector<std::string> importers = Importers(module);
  std::vector<std::string> reasons;
  if (!importers.empty()) {
    reasons.push_back(DescribeDependents(importers));
  }
  const std::optional<uint32_t> count = ReferenceCount(module);
  if (count == kPinned) {
    reasons.push_back(
        "it is pinned until the process ends (GetModuleHandleEx with "
        "GET_MODULE_HANDLE_EX_FLAG_PIN)");
  } else if (!count.has_value() || *count > 1 + importers.size()) {
    // Wine counts a library that is linked against it as a reference, too.
    std::optional<uint32_t> more;
    if (count.has_value()) {
      more = *count - 1 - static_cast<uint32_t>(importers.size());
    }
    reasons.push_back(DescribeReferences(
        more,
        "LoadLibrary or GetModuleHandleEx (a C++ runtime without relib's agent "
        "takes one for each thread_local object with a destructor)"));
  }
  if (reasons.empty()) return "what holds it is not known";
  return absl::StrJoin(reasons, "; ");
}

// Whether `address` still lies in an image made from the file `path`, however
// that came: the loader doesn't know of it any more.
bool IsMappedFrom(const void* address, std::wstring_view path) {
  MEMORY_BASIC_INFORMATION memory;
  if (VirtualQuery(address, &memory, sizeof(memory)) == 0 ||
      memory.State == MEM_FREE || memory.Type != MEM_IMAGE) {
    return false;
  }
  // Another thread's library may have taken the place by now. The name is that
  // of a device (`\Device\HarddiskVolume2\a\b.dll`), so compare what follows
  // the drive.
  wchar_t name[1024];
  const DWORD size = K32GetMappedFileNameW(
      GetCurrentProcess(), const_cast<void*>(address), name, 1024);
  std::wstring_view mapped(name, size);
  const size_t drive = path.find(L':');
  if (drive != path.npos) path.remove_prefix(drive + 1);
  if (mapped.empty() || mapped.size() < path.size()) return true;
  mapped.remove_prefix(mapped.size() - path.size());
  return EqualIgnoringCase(mapped, path);
}

}  // namespace

absl::StatusOr<Library> Library::Load(const std::string& path) {
  const std::wstring wide = ToWidePath(path);
  auto already_loaded = [&] {
    return absl::AlreadyExistsError(
        absl::StrCat(path, " is already loaded into this process"));
  };
  HMODULE module = nullptr;
  if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                         wide.c_str(), &module)) {
    return already_loaded();
  }
  QuietErrors quiet;
  LoadObserver observer;
  // Libraries that it is linked against come from the directory of the program,
  // the system's, or those that the program named with AddDllDirectory(): never
  // from the directory of the library, which may be one for temporary files,
  // from the current one, or from PATH.
  module =
      LoadLibraryExW(wide.c_str(), nullptr, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
  if (module == nullptr) {
    const DWORD error = GetLastError();
    const absl::Status why =
        ErrorStatus(error, absl::StrCat("can't load ", path));
    return absl::FailedPreconditionError(absl::StrCat(
        why.message(),
        error == ERROR_MOD_NOT_FOUND ? MissingLibraries(path) : ""));
  }
  if (!observer.IsNew(module)) {
    FreeLibraryBesideOthers(module);
    return already_loaded();
  }
  Library library;
  library.handle_ = module;
  library.address_ = module;  // the headers are a part of the image
  library.path_ = path;
  return library;
}

void* Library::Symbol(const char* name) const {
  if (handle_ == nullptr) return nullptr;
  return reinterpret_cast<void*>(
      GetProcAddress(static_cast<HMODULE>(handle_), name));
}

absl::Status Library::Unload() {
  if (handle_ == nullptr) {
    return absl::FailedPreconditionError("there is no library to unload");
  }
  const auto module = static_cast<HMODULE>(handle_);
  const std::wstring path = ModulePath(module);
  const BOOL freed = FreeLibraryBesideOthers(module);
  const DWORD error = GetLastError();
  // Takes the reference back if the library is still there, in one step.
  const HMODULE again = ReferenceByAddress(address_);
  if (again == module && EqualIgnoringCase(ModulePath(again), path)) {
    const std::string holders = Holders(module);
    if (!freed) {
      FreeLibraryBesideOthers(again);
      return absl::FailedPreconditionError(absl::StrCat(
          ErrorStatus(error, absl::StrCat("can't unload ", path_)).message(),
          "; ", holders));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("can't unload ", path_, ": ", holders));
  }
  if (again != nullptr) {
    // Another thread's library has taken the place already.
    FreeLibraryBesideOthers(again);
  } else if (IsMappedFrom(address_, path)) {
    handle_ = nullptr;
    return absl::InternalError(absl::StrCat("the system forgot ", path_,
                                            " but left its image in memory"));
  } else {
    ForgetSymbolsOf(module);
  }
  handle_ = nullptr;
  address_ = nullptr;
  return absl::OkStatus();
}

}  // namespace relib::platform
