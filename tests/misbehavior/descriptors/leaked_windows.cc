// Opens files in every way, below the folder `argument`, and closes none.
// Returns how many.

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
  const std::string folder(argument);
  int64_t opened = 0;
  const auto check = [&](int descriptor) {
    opened += descriptor >= 0;
    return descriptor;
  };
  check(_open((folder + "/open").c_str(), _O_WRONLY | _O_CREAT, 0600));
  check(_creat((folder + "/creat").c_str(), 0600));
  check(_sopen((folder + "/sopen").c_str(), _O_WRONLY | _O_CREAT, 0x40, 0600));
  const int first = check(_open((folder + "/open").c_str(), _O_RDONLY));
  const int second = check(_dup(first));
  // Closes the second.
  if (_dup2(first, second) != 0) return -1;
  int ends[2];
  if (_pipe(ends, 4096, _O_BINARY) == 0) opened += 2;
  check(_open_osfhandle(
      reinterpret_cast<intptr_t>(
          CreateFileA((folder + "/handle").c_str(), GENERIC_WRITE, 0, nullptr,
                      CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr)),
      0));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
