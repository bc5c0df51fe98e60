"""Functions that open or close directory streams; ../hooks.bzl explains the rows."""

HOOKS = [
    "DIR* opendir(const char* path)",
    "DIR* fdopendir(int descriptor)",
    "int closedir(DIR* directory)",
    "void relib_platform_release_directory(DIR* directory)",
]
