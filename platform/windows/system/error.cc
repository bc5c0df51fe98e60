#include "platform/windows/system/error.h"

#include <windows.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

absl::StatusCode CodeOf(uint32_t code) {
  switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_NOT_FOUND:
    case ERROR_MOD_NOT_FOUND:
    case ERROR_PROC_NOT_FOUND:
    case ERROR_DELETE_PENDING:
      return absl::StatusCode::kNotFound;
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
    case ERROR_PRIVILEGE_NOT_HELD:
    case ERROR_INVALID_OWNER:
      return absl::StatusCode::kPermissionDenied;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return absl::StatusCode::kAlreadyExists;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_TOO_MANY_OPEN_FILES:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_NOT_ENOUGH_QUOTA:
      return absl::StatusCode::kResourceExhausted;
    case ERROR_INVALID_PARAMETER:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_DIRECTORY:
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_INVALID_ADDRESS:
      return absl::StatusCode::kInvalidArgument;
    // Another handle to the file is open; the same call may succeed later.
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_USER_MAPPED_FILE:
    case ERROR_BUSY:
      return absl::StatusCode::kUnavailable;
    case ERROR_DIR_NOT_EMPTY:
    case ERROR_INVALID_HANDLE:
    case ERROR_DLL_INIT_FAILED:
      return absl::StatusCode::kFailedPrecondition;
    case ERROR_HANDLE_EOF:
      return absl::StatusCode::kOutOfRange;
    case ERROR_TIMEOUT:
    case ERROR_SEM_TIMEOUT:
    case WAIT_TIMEOUT:
      return absl::StatusCode::kDeadlineExceeded;
    case ERROR_OPERATION_ABORTED:
    case ERROR_CANCELLED:
      return absl::StatusCode::kCancelled;
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_NOT_SUPPORTED:
      return absl::StatusCode::kUnimplemented;
    default:
      return absl::StatusCode::kUnknown;
  }
}

}  // namespace

absl::Status ErrorStatus(uint32_t code, std::string_view what) {
  wchar_t text[512];
  const DWORD length = FormatMessageW(
      FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
          FORMAT_MESSAGE_MAX_WIDTH_MASK,
      nullptr, code, 0, text, static_cast<DWORD>(std::size(text)), nullptr);
  const std::string message = ToUtf8(std::wstring_view(text, length));
  return absl::Status(
      CodeOf(code),
      absl::StrCat(what, ": ", absl::StripAsciiWhitespace(message),
                   message.empty() ? "error " : " (error ", code,
                   message.empty() ? "" : ")"));
}

absl::Status LastErrorStatus(std::string_view what) {
  return ErrorStatus(GetLastError(), what);
}

}  // namespace relib::platform
