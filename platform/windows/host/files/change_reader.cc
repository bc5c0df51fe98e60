#include "platform/windows/host/files/change_reader.h"

#include <windows.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "platform/windows/system/handle.h"

namespace relib::platform {
namespace {

constexpr DWORD kEvents =
    FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME |
    FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE;

}  // namespace

ChangeReader::ChangeReader(Handle directory, size_t buffer_size,
                           bool is_recursive)
    : directory_(std::move(directory)),
      is_recursive_(is_recursive),
      buffer_(buffer_size) {}

ChangeReader::~ChangeReader() {
  if (!is_pending_) return;
  CancelIoEx(directory_.get(), &overlapped_);
  DWORD size;
  GetOverlappedResult(directory_.get(), &overlapped_, &size, TRUE);
}

ChangeReader::Result ChangeReader::Start() {
  overlapped_ = {};
  is_pending_ = ReadDirectoryChangesW(
      directory_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()),
      is_recursive_, kEvents, nullptr, &overlapped_, nullptr);
  if (is_pending_) return Result::kOk;
  switch (GetLastError()) {
    case ERROR_NOTIFY_ENUM_DIR:
      return Result::kOverflow;
    case ERROR_ACCESS_DENIED:
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
      return Result::kGone;
    default:
      return Result::kFailed;
  }
}

ChangeReader::Result ChangeReader::Finish(std::vector<char>& events) {
  is_pending_ = false;
  DWORD size;
  if (!GetOverlappedResult(directory_.get(), &overlapped_, &size, FALSE)) {
    return GetLastError() == ERROR_NOTIFY_ENUM_DIR ? Result::kOverflow
                                                   : Result::kGone;
  }
  if (size == 0) return Result::kOverflow;
  events.assign(buffer_.begin(),
                buffer_.begin() + static_cast<ptrdiff_t>(size));
  return Result::kOk;
}

}  // namespace relib::platform
