#include "platform/private_directory_test_system.h"

#include <windows.h>
// After windows.h.
#include <aclapi.h>

#include <optional>
#include <string>

#include "platform/subprocess.h"
#include "platform/windows/unix_command.h"
#include "platform/windows/utf.h"

namespace relib::platform::test {

// The list holds one entry, and that is the owner's.
bool IsForCurrentUserOnly(const std::string& path) {
  std::wstring wide = ToWidePath(path);
  PSID owner;
  PACL list;
  PSECURITY_DESCRIPTOR descriptor;
  if (GetNamedSecurityInfoW(
          wide.data(), SE_FILE_OBJECT,
          OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
          nullptr, &list, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  bool only_owner = list != nullptr;
  for (WORD i = 0; list != nullptr && i < list->AceCount; ++i) {
    void* entry;
    if (!GetAce(list, i, &entry)) continue;
    const auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    if (allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE) continue;
    if (!EqualSid(owner, const_cast<DWORD*>(&allowed->SidStart)) &&
        (allowed->Mask & FILE_READ_DATA) != 0) {
      only_owner = false;
    }
  }
  LocalFree(descriptor);
  return only_owner;
}

void WriteProtect(const std::string& path) {
  SetFileAttributesW(ToWidePath(path).c_str(), FILE_ATTRIBUTE_READONLY);
}

std::optional<std::string> MakeFifo(const std::string&) { return std::nullopt; }

// Without administrator's rights, links can only be made below Wine.
bool MakeLink(const std::string& target, const std::string& path) {
  if (!RunsUnderWine()) return false;
  const auto unix_path = [](std::string text) {
    for (char& c : text) {
      if (c == '\\') c = '/';
    }
    return text.size() > 1 && text[1] == ':' ? text.substr(2) : text;
  };
  auto command = Subprocess::Start(
      "unix:ln -s '" + unix_path(target) + "' '" + unix_path(path) + "'", "");
  if (!command.ok()) return false;
  const std::optional<ExitStatus> status = (*command)->Wait(absl::Seconds(30));
  return status.has_value() && status->success();
}

std::optional<std::string> SomeLibrary() {
  wchar_t folder[MAX_PATH];
  const UINT length = GetSystemDirectoryW(folder, MAX_PATH);
  return ToUtf8(std::wstring_view(folder, length)) + "\\version.dll";
}

LoadedLibrary::LoadedLibrary(const std::string& path)
    : handle_(LoadLibraryW(ToWidePath(path).c_str())) {}
LoadedLibrary::~LoadedLibrary() {
  if (handle_ != nullptr) FreeLibrary(static_cast<HMODULE>(handle_));
}

}  // namespace relib::platform::test
