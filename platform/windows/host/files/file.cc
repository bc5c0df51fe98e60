#include "platform/host/files/file.h"

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/file_id.h"

namespace relib::platform {
namespace {

// ERROR_NO_SUCH_DEVICE, which the headers of mingw-w64 10 lack.
constexpr DWORD kErrorNoSuchDevice = 433;

constexpr DWORD kShareAll =
    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

// Backup semantics open directories too, so that errors can name them. The
// security flags keep the server of a named pipe from acting in our name.
Handle OpenPath(const std::string& path, DWORD access) {
  return Handle(CreateFileW(ToWidePath(path).c_str(), access, kShareAll,
                            nullptr, OPEN_EXISTING,
                            FILE_FLAG_BACKUP_SEMANTICS | SECURITY_SQOS_PRESENT |
                                SECURITY_IDENTIFICATION,
                            nullptr));
}

bool QueryFileId(HANDLE handle, FileId& id) {
  if (WineFileId(handle, id)) return true;
  FILE_ID_INFO info;
  if (GetFileInformationByHandleEx(handle, FileIdInfo, &info, sizeof(info))) {
    id.volume = info.VolumeSerialNumber;
    std::memcpy(&id.low, info.FileId.Identifier, sizeof(id.low));
    std::memcpy(&id.high, info.FileId.Identifier + 8, sizeof(id.high));
    return true;
  }
  // Some network file systems support only the old form.
  BY_HANDLE_FILE_INFORMATION old;
  if (!GetFileInformationByHandle(handle, &old)) return false;
  id.volume = old.dwVolumeSerialNumber;
  id.high = 0;
  id.low = uint64_t{old.nFileIndexHigh} << 32 | old.nFileIndexLow;
  return true;
}

// Returns whether `path`, without the prefix of `\\?\C:\...`, means the same
// file. The prefix also disables the rules for long paths, for names that end
// in a dot or a space, and for device names such as NUL.
bool IsPlain(std::wstring_view path) {
  if (path.size() >= MAX_PATH) return false;
  // A plain path is its own full path for the system.
  wchar_t full[MAX_PATH];
  const std::wstring text(path);
  const DWORD size = GetFullPathNameW(text.c_str(), MAX_PATH, full, nullptr);
  return size > 0 && size < MAX_PATH && std::wstring_view(full, size) == path;
}

}  // namespace

absl::StatusOr<std::unique_ptr<File>> File::Open(const std::string& path) {
  const std::string what = absl::StrCat("can't open ", path);
  Handle handle = OpenPath(path, GENERIC_READ);
  if (!handle) {
    const DWORD error = GetLastError();
    // Returned for a device that is busy or absent, and for a socket that Wine
    // shows.
    if (error == ERROR_INVALID_HANDLE || error == kErrorNoSuchDevice) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, ": it is not a regular file"));
    }
    absl::Status status = ErrorStatus(error, what);
    // No file can have this name.
    if (absl::IsInvalidArgument(status)) {
      return absl::NotFoundError(status.message());
    }
    return status;
  }
  switch (GetFileType(handle.get())) {
    case FILE_TYPE_DISK:
      break;
    case FILE_TYPE_PIPE:
      return absl::InvalidArgumentError(
          absl::StrCat(what, ": it is a pipe, not a regular file"));
    case FILE_TYPE_CHAR:
      return absl::InvalidArgumentError(
          absl::StrCat(what, ": it is a device, not a regular file"));
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(what, ": it is not a regular file"));
  }
  FILE_STANDARD_INFO standard;
  if (!GetFileInformationByHandleEx(handle.get(), FileStandardInfo, &standard,
                                    sizeof(standard))) {
    return LastErrorStatus(what);
  }
  if (standard.Directory) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": it is a directory, not a regular file"));
  }
  FileId id;
  if (!QueryFileId(handle.get(), id)) return LastErrorStatus(what);
  return std::unique_ptr<File>(
      new File(path, /*is_canonical=*/false,
               reinterpret_cast<intptr_t>(handle.Release()), id,
               static_cast<uint64_t>(standard.EndOfFile.QuadPart)));
}

File::~File() { CloseHandle(reinterpret_cast<HANDLE>(handle_)); }

bool File::ReadAt(uint64_t offset, void* out, size_t count) const {
  // Also protects ReadFile() from offsets with a special meaning.
  if (offset > size_ || count > size_ - offset) return false;
  auto* next = static_cast<char*>(out);
  while (count > 0) {
    OVERLAPPED position = {};
    position.Offset = static_cast<DWORD>(offset);
    position.OffsetHigh = static_cast<DWORD>(offset >> 32);
    const auto chunk = static_cast<DWORD>(std::min<size_t>(count, 1 << 30));
    DWORD read = 0;
    // With an explicit position, threads don't share the handle's own.
    if (!ReadFile(reinterpret_cast<HANDLE>(handle_), next, chunk, &read,
                  &position) ||
        read == 0) {
      return false;
    }
    next += read;
    offset += read;
    count -= read;
  }
  return true;
}

absl::StatusOr<std::string> File::CanonicalPath() const {
  std::wstring name(MAX_PATH, L'\0');
  for (;;) {
    const DWORD size =
        GetFinalPathNameByHandleW(reinterpret_cast<HANDLE>(handle_),
                                  name.data(), static_cast<DWORD>(name.size()),
                                  FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
    if (size == 0) {
      return LastErrorStatus(absl::StrCat("can't resolve ", path_));
    }
    const bool complete = size < name.size();
    name.resize(size);  // without the NUL if it is complete, else with it
    if (complete) break;
  }
  constexpr std::wstring_view kPrefix = L"\\\\?\\";
  constexpr std::wstring_view kNetworkPrefix = L"\\\\?\\UNC\\";
  std::wstring plain = name;
  if (name.starts_with(kNetworkPrefix)) {
    plain = L"\\\\" + name.substr(kNetworkPrefix.size());
  } else if (name.starts_with(kPrefix)) {
    plain = name.substr(kPrefix.size());
  }
  return ToUtf8(IsPlain(plain) ? plain : name);
}

absl::StatusOr<FileId> IdOf(const std::string& path) {
  const std::string what = absl::StrCat("can't examine ", path);
  const Handle handle = OpenPath(path, FILE_READ_ATTRIBUTES);
  if (!handle) return LastErrorStatus(what);
  FileId id;
  if (!QueryFileId(handle.get(), id)) return LastErrorStatus(what);
  return id;
}

}  // namespace relib::platform
