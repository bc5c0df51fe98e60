// Opens files in the directory `argument` by each common function that opens
// one, and closes none. Returns the number of descriptors.

#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::string directory(argument);
  int64_t opened = 0;
  const auto check = [&](int descriptor) {
    opened += descriptor >= 0;
    return descriptor;
  };
  check(_open((directory + "/open").c_str(), _O_WRONLY | _O_CREAT, 0600));
  check(_creat((directory + "/creat").c_str(), 0600));
  check(
      _sopen((directory + "/sopen").c_str(), _O_WRONLY | _O_CREAT, 0x40, 0600));
  const int first = check(_open((directory + "/open").c_str(), _O_RDONLY));
  const int second = check(_dup(first));
  // Closes `second`.
  if (_dup2(first, second) != 0) return -1;
  int ends[2];
  if (_pipe(ends, 4096, _O_BINARY) == 0) opened += 2;
  check(_open_osfhandle(
      reinterpret_cast<intptr_t>(
          CreateFileA((directory + "/handle").c_str(), GENERIC_WRITE, 0,
                      nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr)),
      0));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
