#ifndef PLATFORM_AGENT_RELEASE_POSIX_H_
#define PLATFORM_AGENT_RELEASE_POSIX_H_

#include <dirent.h>

// Like the functions of release.h, for directory streams.
extern "C" void relib_platform_release_directory(DIR* directory);

#endif  // PLATFORM_AGENT_RELEASE_POSIX_H_
