#include "platform/windows/host/files/owner_only.h"

#include <windows.h>
// After windows.h.
#include <aclapi.h>
#include <sddl.h>

#include <string>

#include "absl/status/statusor.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {

absl::StatusOr<std::wstring> CurrentUser() {
  HANDLE handle;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &handle)) {
    return LastErrorStatus("determine the current user");
  }
  const Handle token(handle);
  alignas(TOKEN_USER) char buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  DWORD size;
  wchar_t* text;
  if (!GetTokenInformation(token.get(), TokenUser, buffer, sizeof(buffer),
                           &size) ||
      !ConvertSidToStringSidW(reinterpret_cast<TOKEN_USER*>(buffer)->User.Sid,
                              &text)) {
    return LastErrorStatus("determine the current user");
  }
  std::wstring user = text;
  LocalFree(text);
  return user;
}

absl::StatusOr<OwnerOnly> OwnerOnly::For(const std::wstring& user) {
  const std::wstring text = L"O:" + user + L"D:P(A;OICI;FA;;;" + user + L")";
  PSECURITY_DESCRIPTOR descriptor;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
          text.c_str(), SDDL_REVISION_1, &descriptor, nullptr)) {
    return LastErrorStatus("create an access list");
  }
  return OwnerOnly(descriptor);
}

bool IsOwnedBy(const std::string& path, const std::wstring& user) {
  PSID owner;
  PSECURITY_DESCRIPTOR descriptor;
  std::wstring wide = ToWidePath(path);
  if (GetNamedSecurityInfoW(wide.data(), SE_FILE_OBJECT,
                            OWNER_SECURITY_INFORMATION, &owner, nullptr,
                            nullptr, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  wchar_t* text;
  bool is_owner = false;
  if (ConvertSidToStringSidW(owner, &text)) {
    is_owner = user == text;
    LocalFree(text);
  }
  LocalFree(descriptor);
  return is_owner;
}

}  // namespace relib::platform
