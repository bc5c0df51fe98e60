#include "platform/windows/wine/unix_files.h"

#include <windows.h>

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

// Returns the path with all links resolved; empty if the file can't be opened.
std::wstring FinalPath(const std::wstring& path) {
  const Handle file(
      CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                  nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (!file) return L"";
  std::wstring final_path(32768, L'\0');
  final_path.resize(GetFinalPathNameByHandleW(
      file.get(), final_path.data(), static_cast<DWORD>(final_path.size()), 0));
  return final_path;
}

}  // namespace

bool IsUnixLink(const std::string& path) {
  if (!RunsUnderWine()) return false;
  const size_t separator = path.find_last_of("/\\");
  const std::wstring directory =
      FinalPath(ToWidePath(path.substr(0, separator)));
  const std::wstring file = FinalPath(ToWidePath(path));
  return directory.empty() || file.empty() ||
         file != directory + L"\\" + ToWide(path.substr(separator + 1));
}

void DeleteDirectoryOfLinks(const std::string& path) {
  if (!RunsUnderWine()) return;
  const size_t separator = path.find_last_of("/\\");
  StartUnixProgram(
      L"bin\\rm",
      ToWide(absl::StrCat("rm -rf -- \"./", path.substr(separator + 1), "\"")),
      path.substr(0, separator))
      .IgnoreError();
}

void RestrictUnixDirectoryToOwner(const std::string& path) {
  if (!RunsUnderWine()) return;
  StartUnixProgram(L"bin\\chmod", L"chmod 700 .", path).IgnoreError();
}

}  // namespace relib::platform
