#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "examples/program/program.h"

namespace relib::platform {

absl::StatusOr<std::string> ProgramPath() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  if (size < 0 || size == sizeof(path)) {
    return absl::ErrnoToStatus(errno, "the program doesn't know its own file");
  }
  // The kernel appends this suffix if the file was replaced.
  return std::string(
      absl::StripSuffix(std::string_view(path, size), " (deleted)"));
}

absl::Status ReplaceProgram(const std::vector<std::string>& arguments) {
  const absl::StatusOr<std::string> path = ProgramPath();
  if (!path.ok()) return path.status();
  std::vector<char*> pointers = {const_cast<char*>(path->c_str())};
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  fflush(nullptr);
  execv(path->c_str(), pointers.data());
  return absl::ErrnoToStatus(errno, absl::StrCat(*path, " can't be started"));
}

}  // namespace relib::platform
