#include "platform/windows/system/utf.h"

#include <windows.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace relib::platform {
namespace {

// CreateDirectoryW() requires room for an 8.3 file name below the directory, so
// its limit is lower than MAX_PATH.
constexpr size_t kMaxPlainPath = MAX_PATH - 13;

}  // namespace

std::wstring ToWide(std::string_view utf8) {
  const int size = static_cast<int>(utf8.size());
  std::wstring wide(
      MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, wide.data(),
                      static_cast<int>(wide.size()));
  return wide;
}

std::string ToUtf8(std::wstring_view wide) {
  const int size = static_cast<int>(wide.size());
  std::string utf8(WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, nullptr,
                                       0, nullptr, nullptr),
                   '\0');
  WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, utf8.data(),
                      static_cast<int>(utf8.size()), nullptr, nullptr);
  return utf8;
}

std::wstring ToWidePath(std::string_view path) {
  std::wstring wide = ToWide(path);
  std::replace(wide.begin(), wide.end(), L'/', L'\\');
  // The prefixes `\\?\` and `\\.\` mark a path that is in its final form.
  if (wide.starts_with(L"\\\\?\\") || wide.starts_with(L"\\\\.\\")) {
    return wide;
  }
  // The prefix disables the resolution of "." and "..", and works for absolute
  // paths only. So the system does both first. A relative path may become long
  // that way.
  const DWORD needed = GetFullPathNameW(wide.c_str(), 0, nullptr, nullptr);
  if (needed <= kMaxPlainPath) return wide;
  std::wstring full(needed, L'\0');
  full.resize(GetFullPathNameW(wide.c_str(), needed, full.data(), nullptr));
  if (full.starts_with(L"\\\\")) return L"\\\\?\\UNC" + full.substr(1);
  return L"\\\\?\\" + full;
}

}  // namespace relib::platform
