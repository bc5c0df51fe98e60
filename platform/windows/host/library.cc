#include "platform/host/library.h"

#include <windows.h>
// After windows.h.
#include <psapi.h>
#include <winternl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/host/files/file.h"
#include "platform/image/pe_file.h"
#include "platform/windows/host/dependencies/library_holders.h"
#include "platform/windows/system/dbghelp.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/mapped_image.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/free_library.h"

// Static destructors run inside of FreeLibrary(), under the loader's lock, as
// the C runtime does it. A destructor must not wait for another thread to start
// or to end.

namespace relib::platform {

const std::string_view kLibraryPrefix = "";
const std::string_view kLibrarySuffix = ".dll";

namespace {

bool EqualIgnoringCase(std::wstring_view a, std::wstring_view b) {
  return CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(),
                              static_cast<int>(b.size()), TRUE) == CSTR_EQUAL;
}

// Keeps a missing library from stopping the program with a message box.
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

// Records which libraries the loader maps while the object exists. That tells a
// new library from one more reference on an old one: a path can be written in
// many ways, and the loader sees through most of them, hard links included.
//
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

  // Returns false if `module` was loaded before. Call it once, after loading.
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

  // The loader calls this under its lock.
  static void CALLBACK Notify(ULONG reason, const Data* data, void* context) {
    constexpr ULONG kLoaded = 1;
    auto* self = static_cast<LoadObserver*>(context);
    if (reason != kLoaded) return;
    // A library that another thread loads through relib belongs to that
    // thread's observer. Other foreign threads may be workers of the loader.
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

// Describes which libraries are missing. The system says "the specified module
// could not be found" for every missing library, without its name.
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

// Returns whether `address` is still in an image of the file `path`, which the
// loader doesn't know any more.
bool IsMappedFrom(const void* address, std::wstring_view path) {
  MEMORY_BASIC_INFORMATION memory;
  if (VirtualQuery(address, &memory, sizeof(memory)) == 0 ||
      memory.State == MEM_FREE || memory.Type != MEM_IMAGE) {
    return false;
  }
  // Another thread's library may be there by now. The name is that of a device
  // (`\Device\HarddiskVolume2\a\b.dll`), so only the part after the drive is
  // compared.
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
  // Libraries that it is linked against come from the program's directory, the
  // system's directories, or those that the program named with
  // AddDllDirectory(). They never come from the current directory or from PATH.
  // DependencyScope has mapped those that are only beside the module's original
  // file.
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
  const std::wstring path = ImagePath(module);
  const BOOL freed = FreeLibraryBesideOthers(module);
  const DWORD error = GetLastError();
  // Takes the reference back if the library is still loaded, in one step.
  const HMODULE again = ReferenceImageAt(address_);
  if (again == module && EqualIgnoringCase(ImagePath(again), path)) {
    const std::string holders = DescribeHolders(module);
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
    // Another thread's library has been mapped at this address.
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
