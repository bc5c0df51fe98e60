#ifndef PLATFORM_WINDOWS_SYSTEM_MAPPED_IMAGE_H_
#define PLATFORM_WINDOWS_SYSTEM_MAPPED_IMAGE_H_

#include <windows.h>

#include <cstdint>
#include <string>

// The images that the loader has mapped into this process. An image is named by
// the address of its headers, which is also its HMODULE. The loader has checked
// the headers, so nothing here does. The caller keeps the image mapped.
namespace relib::platform {

inline const IMAGE_NT_HEADERS& ImageHeaders(uintptr_t image) {
  const auto* dos = reinterpret_cast<const IMAGE_DOS_HEADER*>(image);
  return *reinterpret_cast<const IMAGE_NT_HEADERS*>(image + dos->e_lfanew);
}

// Returns the first entry of the image's import table, which ends with an entry
// without a name. Null if the image imports nothing.
inline const IMAGE_IMPORT_DESCRIPTOR* ImportTable(uintptr_t image) {
  const DWORD offset =
      ImageHeaders(image)
          .OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT]
          .VirtualAddress;
  return offset == 0
             ? nullptr
             : reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(image + offset);
}

// Returns the path of the file that `image` was loaded from, as the loader
// knows it. Empty if the loader doesn't know `image`.
std::wstring ImagePath(HMODULE image);

// Takes a reference on the image that contains `address`. Null if no library is
// there.
HMODULE ReferenceImageAt(const void* address);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_MAPPED_IMAGE_H_
