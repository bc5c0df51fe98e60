#include <windows.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "platform/windows/resources/handles/handle_text.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Reclaimed while the image is there. The library that has RegCloseKey() may go
// with the image, if the program doesn't use it.
class RegistryKeys final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kRegistryKeys;

  void Opened(const Caller* caller, LONG result, const HKEY* key) {
    // Predefined keys such as HKEY_CURRENT_USER aren't closed.
    if (result != ERROR_SUCCESS || key == nullptr ||
        static_cast<int32_t>(reinterpret_cast<uintptr_t>(*key)) < 0) {
      return;
    }
    keys_.Add(reinterpret_cast<uint64_t>(*key), caller->is_runtime);
  }

  void Remove(uint64_t value) override { keys_.Remove(value); }

  void LeaveImage(ReclaimReport& report) override {
    const auto close =
        reinterpret_cast<decltype(&RegCloseKey)>(reinterpret_cast<void*>(
            GetProcAddress(GetModuleHandleW(L"advapi32.dll"), "RegCloseKey")));
    for (const auto& [key, of_runtime] : keys_.TakeAll()) {
      HandleText text = DescribeHandle(reinterpret_cast<HANDLE>(key));
      if (text.kind.empty()) continue;
      if (!of_runtime) report.Add(text.kind, std::move(text.text));
      if (close != nullptr) close(reinterpret_cast<HKEY>(key));
    }
  }

 private:
  Records keys_;
};

void Opened(const Caller* caller, LONG result, const HKEY* key) {
  ResourcesOf<RegistryKeys>(caller).Opened(caller, result, key);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeRegistryKeys() {
  return std::make_unique<RegistryKeys>();
}

void hooks::RegOpenKeyA(const Caller* caller, LONG result, HKEY /*key*/,
                        const char* /*path*/, HKEY* opened) {
  Opened(caller, result, opened);
}

void hooks::RegOpenKeyW(const Caller* caller, LONG result, HKEY /*key*/,
                        const wchar_t* /*path*/, HKEY* opened) {
  Opened(caller, result, opened);
}

void hooks::RegOpenKeyExA(const Caller* caller, LONG result, HKEY /*key*/,
                          const char* /*path*/, DWORD /*flags*/,
                          DWORD /*access*/, HKEY* opened) {
  Opened(caller, result, opened);
}

void hooks::RegOpenKeyExW(const Caller* caller, LONG result, HKEY /*key*/,
                          const wchar_t* /*path*/, DWORD /*flags*/,
                          DWORD /*access*/, HKEY* opened) {
  Opened(caller, result, opened);
}

void hooks::RegCreateKeyA(const Caller* caller, LONG result, HKEY /*key*/,
                          const char* /*path*/, HKEY* opened) {
  Opened(caller, result, opened);
}

void hooks::RegCreateKeyW(const Caller* caller, LONG result, HKEY /*key*/,
                          const wchar_t* /*path*/, HKEY* opened) {
  Opened(caller, result, opened);
}

void hooks::RegCreateKeyExA(const Caller* caller, LONG result, HKEY /*key*/,
                            const char* /*path*/, DWORD /*reserved*/,
                            char* /*type*/, DWORD /*flags*/, DWORD /*access*/,
                            SECURITY_ATTRIBUTES* /*security*/, HKEY* opened,
                            DWORD* /*made*/) {
  Opened(caller, result, opened);
}

void hooks::RegCreateKeyExW(const Caller* caller, LONG result, HKEY /*key*/,
                            const wchar_t* /*path*/, DWORD /*reserved*/,
                            wchar_t* /*type*/, DWORD /*flags*/,
                            DWORD /*access*/, SECURITY_ATTRIBUTES* /*security*/,
                            HKEY* opened, DWORD* /*made*/) {
  Opened(caller, result, opened);
}

void hooks::RegOpenCurrentUser(const Caller* caller, LONG result,
                               DWORD /*access*/, HKEY* opened) {
  Opened(caller, result, opened);
}

}  // namespace relib::platform
