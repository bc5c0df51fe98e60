#include "relib/release_posix.h"

#include "platform/agent/release_posix.h"

namespace relib {

void ReleaseToHost(DIR* directory) {
  relib_platform_release_directory(directory);
}

}  // namespace relib
