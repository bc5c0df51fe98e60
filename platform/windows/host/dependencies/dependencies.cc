#include "platform/host/dependencies.h"

#include <windows.h>
// After windows.h.
#include <tlhelp32.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/stack_walker.h"
#include "platform/host/thread_id.h"
#include "platform/host/thread_stack.h"
#include "platform/image/image_file.h"
#include "platform/image/pe_file.h"
#include "platform/windows/host/dependencies/library_holders.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/mapped_image.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/free_library.h"

namespace relib::platform {
namespace {

std::vector<uint64_t> IdsOfOtherThreads() {
  std::vector<uint64_t> threads;
  const Handle snapshot(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
  if (!snapshot) return threads;
  THREADENTRY32 entry = {};
  entry.dwSize = sizeof(entry);
  for (BOOL more = Thread32First(snapshot.get(), &entry); more;
       more = Thread32Next(snapshot.get(), &entry)) {
    if (entry.th32OwnerProcessID == GetCurrentProcessId() &&
        entry.th32ThreadID != GetCurrentThreadId()) {
      threads.push_back(entry.th32ThreadID);
    }
  }
  return threads;
}

// Returns the address of the function that a thread began with, or zero.
uintptr_t StartOf(DWORD thread) {
  const Handle handle(OpenThread(THREAD_QUERY_INFORMATION, FALSE, thread));
  if (!handle) return 0;
  // ThreadQuerySetWin32StartAddress.
  constexpr int kStartAddress = 9;
  using Query = LONG(NTAPI*)(HANDLE, int, void*, ULONG, ULONG*);
  static const auto query =
      reinterpret_cast<Query>(reinterpret_cast<void*>(GetProcAddress(
          GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationThread")));
  uintptr_t start = 0;
  return query != nullptr && query(handle.get(), kStartAddress, &start,
                                   sizeof(start), nullptr) == 0
             ? start
             : 0;
}

class LoadedDependency final : public Dependency {
 public:
  // Takes ownership of a reference.
  explicit LoadedDependency(HMODULE module)
      : module_(module), path_(ToUtf8(ImagePath(module))), id_(IdOf(path_)) {}

  const std::string& path() const override { return path_; }

  bool BelongsToSystem() const override {
    wchar_t directory[MAX_PATH];
    const UINT size = GetSystemWindowsDirectoryW(directory, MAX_PATH);
    return size > 0 && size < MAX_PATH &&
           absl::StartsWithIgnoreCase(
               path_, absl::StrCat(ToUtf8({directory, size}), "\\"));
  }

  std::string DescribeChange() const override {
    const absl::StatusOr<FileId> now = IdOf(path_);
    if (!now.ok()) return "was deleted or renamed";
    return id_.ok() && *id_ == *now ? "" : "was replaced";
  }

  std::vector<std::string> Holders() const override { return {}; }

  std::vector<std::string> Users(
      const std::vector<OtherThread>& threads) const override {
    const AddressRange image = ImageAt(reinterpret_cast<uintptr_t>(module_));
    std::vector<std::string> texts;
    for (const OtherThread& thread : threads) {
      const bool is_inside = std::any_of(
          thread.addresses.begin(), thread.addresses.end(),
          [&](uintptr_t address) { return image.Contains(address - 1); });
      if (!is_inside && (thread.doubt.empty() ||
                         WaitForThreadEnd(thread.id, Deadline::Now()))) {
        continue;
      }
      const std::string name = ThreadName(thread.id);
      texts.push_back(absl::StrCat(
          "thread ", thread.id,
          name.empty() ? "" : absl::StrCat(" \"", name, "\""),
          is_inside ? " runs it"
                    : absl::StrCat(" may run it: ", thread.doubt)));
    }
    return texts;
  }

  std::string Release() override {
    const HMODULE module = std::exchange(module_, nullptr);
    FreeLibraryBesideOthers(module);
    const HMODULE again = ReferenceImageAt(module);
    if (again == nullptr) return "";
    std::string why;
    if (again == module && ToUtf8(ImagePath(again)) == path_) {
      why = DescribeHolders(again);
    }
    FreeLibraryBesideOthers(again);
    return why;
  }

 private:
  HMODULE module_;
  const std::string path_;
  const absl::StatusOr<FileId> id_;
};

// Returns the libraries that `root` imports, directly or through others, each
// before those that it needs itself.
std::vector<HMODULE> ImportsOf(HMODULE root) {
  std::vector<HMODULE> found;
  std::vector<HMODULE> queue = {root};
  for (size_t next = 0; next < queue.size(); ++next) {
    const auto image = reinterpret_cast<uintptr_t>(queue[next]);
    for (const IMAGE_IMPORT_DESCRIPTOR* entry = ImportTable(image);
         entry != nullptr && entry->Name != 0; ++entry) {
      const HMODULE library =
          GetModuleHandleA(reinterpret_cast<const char*>(image + entry->Name));
      if (library == nullptr ||
          std::find(queue.begin(), queue.end(), library) != queue.end()) {
        continue;
      }
      queue.push_back(library);
      found.push_back(library);
    }
  }
  return found;
}

class WindowsScope final : public DependencyScope {
 public:
  explicit WindowsScope(const std::string& original)
      : directory_(std::filesystem::path(ToWide(original)).parent_path()) {
    LoadBeside(original);
  }
  ~WindowsScope() override {
    for (const HMODULE library : beside_) FreeLibraryBesideOthers(library);
  }

  const std::string& error() const override { return error_; }

  std::vector<std::string> Find(const Library& module) override {
    std::vector<std::string> paths;
    const std::vector<HMODULE> own = ImportsOf(GetModuleHandleW(nullptr));
    for (const HMODULE library :
         ImportsOf(static_cast<HMODULE>(module.handle()))) {
      if (std::find(own.begin(), own.end(), library) == own.end()) {
        paths.push_back(ToUtf8(ImagePath(library)));
      }
    }
    return paths;
  }

  std::unique_ptr<Dependency> Take(const std::string& path) override {
    HMODULE library = nullptr;
    if (!GetModuleHandleExW(0, ToWide(path).c_str(), &library)) return nullptr;
    return std::make_unique<LoadedDependency>(library);
  }

 private:
  // Maps libraries in the directory of the original that the library at `path`
  // needs. The system's loader then takes them by their names. The loader
  // itself maps the libraries that it finds elsewhere, so that a file in that
  // directory can't take the place of a library of the system.
  void LoadBeside(const std::string& path) {
    const absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
    if (!file.ok()) return;
    const absl::StatusOr<ImageFacts> facts = InspectPe(**file);
    if (!facts.ok()) return;
    for (const std::string& name : facts->needed) {
      const std::wstring wide = ToWide(name);
      if (GetModuleHandleW(wide.c_str()) != nullptr) continue;
      const HMODULE elsewhere = LoadLibraryExW(
          wide.c_str(), nullptr,
          LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
      if (elsewhere != nullptr) {
        FreeLibrary(elsewhere);
        continue;
      }
      const std::wstring beside = (directory_ / wide).wstring();
      if (GetFileAttributesW(beside.c_str()) == INVALID_FILE_ATTRIBUTES ||
          std::find(visited_.begin(), visited_.end(), beside) !=
              visited_.end()) {
        continue;
      }
      visited_.push_back(beside);
      LoadBeside(ToUtf8(beside));
      if (const HMODULE library = LoadLibraryExW(
              beside.c_str(), nullptr, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)) {
        beside_.push_back(library);
      }
    }
  }

  const std::filesystem::path directory_;
  // Always empty: the loader's own error names what is missing.
  const std::string error_;
  std::vector<std::wstring> visited_;
  std::vector<HMODULE> beside_;
};

}  // namespace

std::vector<OtherThread> OtherThreads(Deadline deadline) {
  const Deadline end = Deadline::After(
      std::min(deadline.left() + absl::Milliseconds(100), absl::Seconds(1)));
  std::vector<OtherThread> threads;
  std::vector<OtherThread*> silent;
  const auto ask = [](OtherThread& thread) {
    thread.addresses =
        StackOfThread(thread.id, Deadline::After(absl::Milliseconds(100)));
    return !thread.addresses.empty() ||
           WaitForThreadEnd(thread.id, Deadline::Now());
  };
  for (const uint64_t id : IdsOfOtherThreads()) {
    threads.push_back({.id = id, .addresses = {}, .doubt = {}});
  }
  for (OtherThread& thread : threads) silent.push_back(&thread);
  while (true) {
    std::erase_if(silent, [&](OtherThread* thread) { return ask(*thread); });
    if (silent.empty() || end.has_passed()) break;
    absl::SleepFor(std::min(end.left(), absl::Milliseconds(10)));
  }
  for (OtherThread* thread : silent) {
    thread->doubt = "the thread's stack can't be read";
  }
  for (OtherThread& thread : threads) {
    // A thread that starts has none of its functions on the stack yet.
    if (const uintptr_t start = StartOf(static_cast<DWORD>(thread.id))) {
      thread.addresses.push_back(start + 1);
    }
  }
  return threads;
}

std::unique_ptr<DependencyScope> DependencyScope::Create(
    const std::string& /*copy*/, const std::string& original) {
  return std::make_unique<WindowsScope>(original);
}

}  // namespace relib::platform
