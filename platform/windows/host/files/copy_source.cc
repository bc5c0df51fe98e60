#include "platform/windows/host/files/copy_source.h"

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/file_index.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

// Waits until `written`, in units of 100 ns, is old enough that a later write
// gives the file another time. NTFS counts such units; the clocks of other file
// systems, and of those below Wine, tick every few milliseconds.
void AwaitTickAfter(int64_t written) {
  for (int i = 0; i < 20; ++i) {
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    const int64_t time =
        (static_cast<int64_t>(now.dwHighDateTime) << 32) | now.dwLowDateTime;
    if (written + 100'000 < time) return;
    Sleep(1);
  }
}

absl::StatusOr<Handle> OpenSource(const std::string& source) {
  const std::wstring wide = ToWidePath(source);
  // Others may write to the file and replace it meanwhile: a copy that is
  // refused is better than a build that fails because its output is open here.
  Handle file(
      CreateFileW(wide.c_str(), GENERIC_READ,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                  nullptr, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, nullptr));
  if (file) {
    if (GetFileType(file.get()) == FILE_TYPE_DISK) return file;
    return absl::InvalidArgumentError(
        absl::StrCat(source, " is not a regular file"));
  }
  const DWORD error = GetLastError();
  const DWORD attributes = GetFileAttributesW(wide.c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES &&
      (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, " is not a regular file"));
  }
  return ErrorStatus(error, absl::StrCat("open ", source));
}

absl::StatusOr<int64_t> CopyBytes(HANDLE from, HANDLE to) {
  std::vector<char> buffer(size_t{1} << 17);
  int64_t total = 0;
  while (true) {
    DWORD size;
    if (!ReadFile(from, buffer.data(), static_cast<DWORD>(buffer.size()), &size,
                  nullptr)) {
      return LastErrorStatus("read");
    }
    if (size == 0) return total;
    DWORD written;
    if (!WriteFile(to, buffer.data(), size, &written, nullptr)) {
      return LastErrorStatus("write");
    }
    if (written != size) return ErrorStatus(ERROR_DISK_FULL, "write");
    total += size;
  }
}

}  // namespace

CopySource::CopySource(std::string path, Handle file)
    : path_(std::move(path)), file_(std::move(file)) {}

absl::StatusOr<CopySource> CopySource::Open(const std::string& path) {
  absl::StatusOr<Handle> file = OpenSource(path);
  if (!file.ok()) return file.status();
  CopySource source(path, *std::move(file));
  absl::StatusOr<Version> version = source.ReadVersion();
  if (!version.ok()) return version.status();
  AwaitTickAfter(version->write_time);
  version = source.ReadVersion();
  if (!version.ok()) return version.status();
  source.version_ = *version;
  return source;
}

absl::Status CopySource::CopyTo(HANDLE target) const {
  const absl::StatusOr<int64_t> copied = CopyBytes(file_.get(), target);
  if (!copied.ok()) {
    return absl::Status(
        copied.status().code(),
        absl::StrCat("copy ", path_, ": ", copied.status().message()));
  }
  // The target may have been prepared for a longer file.
  if (!SetEndOfFile(target)) {
    return LastErrorStatus(absl::StrCat("copy ", path_));
  }
  const absl::StatusOr<Version> version = ReadVersion();
  const absl::StatusOr<Handle> by_name = OpenSource(path_);
  if (*copied != version_.size || !version.ok() || *version != version_ ||
      !by_name.ok() || !IsSameFile(file_.get(), by_name->get())) {
    return absl::AbortedError(
        absl::StrCat(path_, " changed while it was copied"));
  }
  return absl::OkStatus();
}

absl::StatusOr<CopySource::Version> CopySource::ReadVersion() const {
  FILE_BASIC_INFO times;
  LARGE_INTEGER size;
  if (!GetFileInformationByHandleEx(file_.get(), FileBasicInfo, &times,
                                    sizeof(times)) ||
      !GetFileSizeEx(file_.get(), &size)) {
    return LastErrorStatus(path_);
  }
  return Version{.size = size.QuadPart,
                 .write_time = times.LastWriteTime.QuadPart,
                 .change_time = times.ChangeTime.QuadPart};
}

}  // namespace relib::platform
