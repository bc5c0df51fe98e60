#ifndef PLATFORM_WINDOWS_SYSTEM_FILE_INDEX_H_
#define PLATFORM_WINDOWS_SYSTEM_FILE_INDEX_H_

#include <windows.h>

#include <optional>

namespace relib::platform {

// Identifies a file or directory among those that are open at the same time.
struct FileIndex {
  DWORD volume = 0;
  DWORD high = 0;
  DWORD low = 0;
  friend bool operator==(const FileIndex&, const FileIndex&) = default;
};

// Returns nothing if the system doesn't know the file behind `handle`.
inline std::optional<FileIndex> FileIndexOf(HANDLE handle) {
  BY_HANDLE_FILE_INFORMATION info;
  if (!GetFileInformationByHandle(handle, &info)) return std::nullopt;
  return FileIndex{.volume = info.dwVolumeSerialNumber,
                   .high = info.nFileIndexHigh,
                   .low = info.nFileIndexLow};
}

inline bool IsSameFile(HANDLE a, HANDLE b) {
  const std::optional<FileIndex> index = FileIndexOf(a);
  return index.has_value() && index == FileIndexOf(b);
}

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_FILE_INDEX_H_
