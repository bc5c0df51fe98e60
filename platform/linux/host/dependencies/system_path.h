#ifndef PLATFORM_LINUX_HOST_DEPENDENCIES_SYSTEM_PATH_H_
#define PLATFORM_LINUX_HOST_DEPENDENCIES_SYSTEM_PATH_H_

#include <algorithm>
#include <array>
#include <string_view>

namespace relib::platform {

// Returns whether the file at the absolute `path` is in a directory that the
// package manager of the operating system owns.
inline bool IsSystemPath(std::string_view path) {
  constexpr std::array<std::string_view, 5> kRoots = {
      "/usr/", "/lib/", "/lib32/", "/lib64/", "/libx32/"};
  return !path.starts_with("/usr/local/") &&
         std::any_of(kRoots.begin(), kRoots.end(),
                     [path](auto root) { return path.starts_with(root); });
}

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_DEPENDENCIES_SYSTEM_PATH_H_
