#include "platform/tests/private_directory_test_system.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <optional>
#include <string>

namespace relib::platform::test {

bool IsForCurrentUserOnly(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && info.st_uid == geteuid() &&
         (info.st_mode & 0077) == 0;
}

void MakeStale(const std::string&) {}

void MakeForeign(const std::string& path) {
  close(open((path + "/.lock").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

void WriteProtect(const std::string& path) { chmod(path.c_str(), 0400); }

std::optional<std::string> MakeFifo(const std::string& path) {
  if (mkfifo(path.c_str(), 0600) != 0) return std::nullopt;
  return path;
}

bool MakeLink(const std::string& target, const std::string& path) {
  return symlink(target.c_str(), path.c_str()) == 0;
}

std::optional<std::string> SomeLibrary() {
  // The C library's companion libm, wherever it is installed.
  Dl_info info;
  double (*function)(double) = &std::cbrt;
  if (dladdr(reinterpret_cast<void*>(function), &info) == 0 ||
      std::string(info.dli_fname).find(".so") == std::string::npos) {
    return std::nullopt;
  }
  return info.dli_fname;
}

LoadedLibrary::LoadedLibrary(const std::string& path)
    : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
LoadedLibrary::~LoadedLibrary() {
  if (handle_ != nullptr) dlclose(handle_);
}

}  // namespace relib::platform::test
