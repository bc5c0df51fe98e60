#include <windows.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "platform/native/mutex.h"
#include "platform/windows/resources/handles/handle_text.h"
#include "platform/windows/resources/resources.h"
#include "platform/windows/wine/free_library.h"

namespace relib::platform {
namespace {

// References on libraries. References on the module itself, or on a library
// that needs it, are never reclaimed here: the unload is refused.
class Libraries final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kLibraries;

  void Add(uint64_t value, bool of_runtime) override {
    references_.Add(value, of_runtime);
  }

  bool RemoveOne(HMODULE library) {
    return references_.Remove(reinterpret_cast<uint64_t>(library));
  }
  void Remove(uint64_t value) override { references_.Remove(value); }

  // Records a library that stays until the process ends.
  void Pin(HMODULE library) {
    const std::lock_guard lock(mutex_);
    pinned_.push_back(library);
  }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [value, of_runtime] : references_.TakeAll()) {
      const auto library = reinterpret_cast<HMODULE>(value);
      if (!of_runtime) report.Add("library", DescribeLibrary(library));
      FreeLibraryBesideOthers(library);
    }
    const std::lock_guard lock(mutex_);
    for (HMODULE library : pinned_) {
      report.Add("pinned library", DescribeLibrary(library));
    }
  }

 private:
  Records references_;
  Mutex mutex_;
  std::vector<HMODULE> pinned_;
};

Libraries& Of(const Caller* caller) { return ResourcesOf<Libraries>(caller); }

void GotHandle(const Caller* caller, BOOL result, DWORD flags,
               HMODULE* library) {
  if (!result || library == nullptr ||
      (flags & GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT) != 0) {
    return;
  }
  if ((flags & GET_MODULE_HANDLE_EX_FLAG_PIN) != 0) {
    Of(caller).Pin(*library);
  } else {
    Of(caller).Add(reinterpret_cast<uint64_t>(*library), caller->is_runtime);
  }
}

// Returns whether the module may free this reference. The last reference on a
// module is the host's. A module that freed it would be unloaded while it is in
// use.
bool MayFree(const Caller* caller, HMODULE library) {
  return Of(caller).RemoveOne(library) || library != *caller->image;
}

}  // namespace

std::unique_ptr<RecordedResources> MakeLibraries() {
  return std::make_unique<Libraries>();
}

void hooks::GetModuleHandleExA(const Caller* caller, BOOL result, DWORD flags,
                               const char* /*name*/, HMODULE* library) {
  GotHandle(caller, result, flags, library);
}

void hooks::GetModuleHandleExW(const Caller* caller, BOOL result, DWORD flags,
                               const wchar_t* /*name*/, HMODULE* library) {
  GotHandle(caller, result, flags, library);
}

BOOL hooks::FreeLibrary(const Caller* caller, HMODULE library) {
  return MayFree(caller, library) ? FreeLibraryBesideOthers(library) : TRUE;
}

void hooks::FreeLibraryAndExitThread(const Caller* caller, HMODULE library,
                                     DWORD code) {
  // The thread ends in the host, which frees the module after the thread is
  // gone.
  if (MayFree(caller, library)) FreeLibraryBesideOthers(library);
  ExitThread(code);
}

}  // namespace relib::platform
