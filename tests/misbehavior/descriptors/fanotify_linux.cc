// Creates a fanotify group and leaves it. Returns 0 or the error number.

#include <errno.h>
#include <fcntl.h>
#include <sys/fanotify.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  return fanotify_init(FAN_CLASS_NOTIF, O_RDONLY) >= 0 ? 0 : errno;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
