// Opens the directory `argument` by its file handle, and leaves it open.
// Returns 0 or the error number.

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  alignas(file_handle) char bytes[sizeof(file_handle) + MAX_HANDLE_SZ] = {};
  auto* const handle = reinterpret_cast<file_handle*>(bytes);
  handle->handle_bytes = MAX_HANDLE_SZ;
  const std::string path(argument);
  int mount = 0;
  if (name_to_handle_at(AT_FDCWD, path.c_str(), handle, &mount, 0) != 0) {
    return errno;
  }
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY);
  const int descriptor = open_by_handle_at(directory, handle, O_RDONLY);
  const int error = errno;
  close(directory);
  return descriptor >= 0 ? 0 : error;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
