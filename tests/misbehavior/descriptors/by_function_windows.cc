// Opens a file and leaves it open. The argument is "FUNCTION DIRECTORY": the
// function that opens the file, and the directory of the file.

#include <fcntl.h>
#include <io.h>
#include <share.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr int kFlags = _O_WRONLY | _O_CREAT;
constexpr int kMode = _S_IREAD | _S_IWRITE;

int Open(std::string_view function, const std::string& path,
         const std::wstring& wide) {
  int descriptor = -1;
  if (function == "_wopen") return _wopen(wide.c_str(), kFlags, kMode);
  if (function == "_wcreat") return _wcreat(wide.c_str(), kMode);
  if (function == "_wsopen") {
    return _wsopen(wide.c_str(), kFlags, _SH_DENYNO, kMode);
  }
  if (function == "_sopen_s") {
    _sopen_s(&descriptor, path.c_str(), kFlags, _SH_DENYNO, kMode);
  }
  if (function == "_wsopen_s") {
    _wsopen_s(&descriptor, wide.c_str(), kFlags, _SH_DENYNO, kMode);
  }
  return descriptor;
}

int64_t Run(std::string_view argument) {
  const size_t blank = argument.find(' ');
  const std::string_view function = argument.substr(0, blank);
  const std::string path =
      std::string(argument.substr(blank + 1)) + "\\" + std::string(function);
  return Open(function, path, std::wstring(path.begin(), path.end())) >= 0 ? 1
                                                                           : 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
