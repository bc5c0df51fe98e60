#include "platform/host/files/atomic_file.h"

#include <windows.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

// Returns the directory of the file, with a slash or colon at the end unless it
// is the current one.
std::string DirectoryOf(const std::string& path) {
  return path.substr(0, path.find_last_of("/\\:") + 1);
}

// Creates a file with a name that no file has. Sets `name` to its path. A
// Reloader ignores the name.
Handle CreateTemporary(const std::string& directory, std::string& name) {
  constexpr int kMaxAttempts = 100;
  std::random_device random;
  Handle file;
  for (int i = 0; i < kMaxAttempts; ++i) {
    name =
        absl::StrCat(directory, ".relib-", absl::Hex(random(), absl::kZeroPad8),
                     absl::Hex(random(), absl::kZeroPad8), ".tmp");
    file =
        Handle(CreateFileW(ToWidePath(name).c_str(), GENERIC_WRITE, 0, nullptr,
                           CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (file || GetLastError() != ERROR_FILE_EXISTS) break;
  }
  return file;
}

bool WriteAll(HANDLE file, std::string_view contents) {
  while (!contents.empty()) {
    const auto chunk =
        static_cast<DWORD>(std::min<size_t>(contents.size(), 1 << 30));
    DWORD written = 0;
    if (!WriteFile(file, contents.data(), chunk, &written, nullptr)) {
      return false;
    }
    contents.remove_prefix(written);
  }
  return true;
}

// Moves a file into place. Tries again for a second while somebody else has the
// old file open, such as a thread that replaces it as well.
bool Move(const std::string& from, const std::string& to) {
  constexpr int kMaxAttempts = 100;
  constexpr DWORD kPauseMilliseconds = 10;
  for (int i = 0; i < kMaxAttempts; ++i) {
    if (MoveFileExW(ToWidePath(from).c_str(), ToWidePath(to).c_str(),
                    MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) {
      return true;
    }
    const DWORD error = GetLastError();
    if (error != ERROR_ACCESS_DENIED && error != ERROR_SHARING_VIOLATION) {
      return false;
    }
    const DWORD attributes = GetFileAttributesW(ToWidePath(to).c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES &&
        (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY))) {
      SetLastError(error);
      return false;
    }
    Sleep(kPauseMilliseconds);
    SetLastError(error);
  }
  return false;
}

}  // namespace

absl::Status WriteFileAtomically(const std::string& path,
                                 std::string_view contents) {
  const std::string what = absl::StrCat("can't write ", path);
  std::string temporary;
  Handle file = CreateTemporary(DirectoryOf(path), temporary);
  if (!file) return LastErrorStatus(what);
  absl::Status status;
  if (!WriteAll(file.get(), contents) || !FlushFileBuffers(file.get())) {
    status = LastErrorStatus(what);
  }
  file.Reset();
  if (status.ok() && !Move(temporary, path)) status = LastErrorStatus(what);
  if (!status.ok()) DeleteFileW(ToWidePath(temporary).c_str());
  return status;
}

}  // namespace relib::platform
