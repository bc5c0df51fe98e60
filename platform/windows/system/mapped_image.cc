#include "platform/windows/system/mapped_image.h"

#include <windows.h>

#include <string>

namespace relib::platform {

std::wstring ImagePath(HMODULE image) {
  std::wstring path(MAX_PATH, L'\0');
  while (true) {
    // Returns the size of the buffer if the path doesn't fit.
    const DWORD size =
        GetModuleFileNameW(image, path.data(), static_cast<DWORD>(path.size()));
    if (size < path.size()) {
      path.resize(size);
      return path;
    }
    path.resize(2 * path.size());
  }
}

HMODULE ReferenceImageAt(const void* address) {
  HMODULE image = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     static_cast<LPCWSTR>(address), &image);
  return image;
}

}  // namespace relib::platform
