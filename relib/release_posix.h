#ifndef RELIB_RELEASE_POSIX_H_
#define RELIB_RELEASE_POSIX_H_

// For modules on systems with <dirent.h>: relib/release.h for directory
// streams.

#include <dirent.h>

#include "relib/release.h"

namespace relib {

// Releases a directory stream with its descriptor. Must not be called on
// Windows, where a directory stream is memory of the module.
void ReleaseToHost(DIR* directory);

}  // namespace relib

#endif  // RELIB_RELEASE_POSIX_H_
