#include "platform/tests/private_directory_test_system.h"

#include <windows.h>
// Requires windows.h.
#include <aclapi.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/subprocess.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/unix_command.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform::test {

namespace {

std::string UnixPath(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path.size() > 1 && path[1] == ':' ? path.substr(2) : path;
}

// Returns the output of a command of the Unix system, or "" if it fails.
std::string UnixOutput(const std::string& command) {
  auto process = StartUnixCommand(command, "");
  if (!process.ok()) return "";
  const std::optional<ExitStatus> status = (*process)->Wait(absl::Seconds(30));
  return status.has_value() && status->success() ? (*process)->output() : "";
}

}  // namespace

// Returns whether the access list contains only the owner and the system. Wine
// derives the list from the mode bits of the owner and of others.
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
    auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    if (allowed->Header.AceType == ACCESS_ALLOWED_ACE_TYPE &&
        !EqualSid(owner, &allowed->SidStart) &&
        !IsWellKnownSid(&allowed->SidStart, WinLocalSystemSid)) {
      only_owner = false;
    }
  }
  LocalFree(descriptor);
  const DWORD attributes = GetFileAttributesW(wide.c_str());
  if (!only_owner || !RunsUnderWine() ||
      (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
    return only_owner;
  }
  // The directory itself keeps others out. Its mode is set a moment later. A
  // sandbox may be deeper than MAX_PATH, and Wine 8 returns no long name then.
  std::wstring name(32768, L'\0');
  name.resize(GetLongPathNameW(wide.c_str(), name.data(),
                               static_cast<DWORD>(name.size())));
  if (name.empty()) name = ToWide(path);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  std::string output;
  do {
    // By its name, since only Wine knows what is behind C:.
    auto process = StartUnixCommand("stat -c %a .", ToUtf8(name));
    if (!process.ok()) return false;
    if (!(*process)->Wait(absl::Seconds(30)).has_value()) return false;
    output = (*process)->output();
  } while (output != "700\n" && absl::Now() < deadline);
  return output == "700\n";
}

void MakeStale(const std::string& path) {
  CloseHandle(CreateFileW(ToWidePath(path + "/.lock").c_str(), GENERIC_WRITE, 0,
                          nullptr, CREATE_ALWAYS, 0, nullptr));
}

void MakeForeign(const std::string&) {}

void WriteProtect(const std::string& path) {
  SetFileAttributesW(ToWidePath(path).c_str(), FILE_ATTRIBUTE_READONLY);
}

std::optional<std::string> MakeFifo(const std::string&) { return std::nullopt; }

// Links can be created without administrator's rights only under Wine.
bool MakeLink(const std::string& target, const std::string& path) {
  return RunsUnderWine() &&
         UnixOutput("ln -s '" + UnixPath(target) + "' '" + UnixPath(path) +
                    "' && echo done") == "done\n";
}

std::optional<std::string> SomeLibrary() {
  wchar_t directory[MAX_PATH];
  const UINT length = GetSystemDirectoryW(directory, MAX_PATH);
  return ToUtf8(std::wstring_view(directory, length)) + "\\version.dll";
}

LoadedLibrary::LoadedLibrary(const std::string& path)
    : handle_(LoadLibraryW(ToWidePath(path).c_str())) {}
LoadedLibrary::~LoadedLibrary() {
  if (handle_ != nullptr) FreeLibrary(static_cast<HMODULE>(handle_));
}

}  // namespace relib::platform::test
