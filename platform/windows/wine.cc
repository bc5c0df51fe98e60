#include "platform/windows/wine.h"

#include <windows.h>

namespace relib::platform {

bool IsWine() {
  // Wine's own way of telling: https://wiki.winehq.org/Developer_FAQ
  return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") !=
         nullptr;
}

}  // namespace relib::platform
