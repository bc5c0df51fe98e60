#include "platform/agent/release_posix.h"

void relib_platform_release_directory(DIR* /*directory*/) {}
