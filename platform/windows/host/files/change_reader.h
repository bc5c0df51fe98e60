#ifndef PLATFORM_WINDOWS_HOST_FILES_CHANGE_READER_H_
#define PLATFORM_WINDOWS_HOST_FILES_CHANGE_READER_H_

#include <windows.h>

#include <cstddef>
#include <vector>

#include "platform/windows/system/handle.h"

namespace relib::platform {

// Reads the changes of one open directory (ReadDirectoryChangesW). While a read
// is pending the system writes into the object, so it can't be moved.
class ChangeReader {
 public:
  enum class Result {
    kOk,
    // Changes were lost because there were too many.
    kOverflow,
    // The directory is gone.
    kGone,
    // GetLastError() says why.
    kFailed,
  };

  // `is_recursive`: reads the changes in all directories below as well.
  ChangeReader(Handle directory, size_t buffer_size, bool is_recursive);

  // Cancels a pending read.
  ~ChangeReader();

  ChangeReader(const ChangeReader&) = delete;
  ChangeReader& operator=(const ChangeReader&) = delete;

  HANDLE directory() const { return directory_.get(); }

  // Starts to read and waits for a first change: a completion port to which the
  // directory was added gets a message then. Nothing is pending afterwards if
  // the result isn't kOk.
  Result Start();

  // Call it when the completion port has got the message. Moves the changes to
  // `events`, a sequence of FILE_NOTIFY_INFORMATION. Until the next Start() the
  // system keeps changes only up to the size of the buffer. Never kFailed.
  Result Finish(std::vector<char>& events);

 private:
  const Handle directory_;
  const bool is_recursive_;
  bool is_pending_ = false;
  OVERLAPPED overlapped_ = {};
  // Aligned for DWORD, as every allocation is.
  std::vector<char> buffer_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_FILES_CHANGE_READER_H_
