#include "platform/windows/system/thread_name.h"

#include <windows.h>

#include <string>

#include "platform/windows/system/utf.h"

namespace relib::platform {

std::string ThreadName(HANDLE thread) {
  using GetDescription = HRESULT(WINAPI*)(HANDLE, wchar_t**);
  static const auto get_description =
      reinterpret_cast<GetDescription>(reinterpret_cast<void*>(GetProcAddress(
          GetModuleHandleW(L"kernel32.dll"), "GetThreadDescription")));
  wchar_t* text = nullptr;
  if (get_description == nullptr || FAILED(get_description(thread, &text)) ||
      text == nullptr) {
    return "";
  }
  std::string name = ToUtf8(text);
  LocalFree(text);
  return name;
}

}  // namespace relib::platform
