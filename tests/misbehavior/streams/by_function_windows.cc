// Opens a stream, writes to it and leaves it open. The argument is "FUNCTION
// DIRECTORY": the function that opens the stream, and the directory of its
// file.

#include <fcntl.h>
#include <io.h>
#include <stdio.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char buffer[BUFSIZ];

FILE* Open(std::string_view function, const std::string& path,
           const std::wstring& wide) {
  FILE* stream = nullptr;
  if (function == "_wfopen") return _wfopen(wide.c_str(), L"w");
  if (function == "_wfsopen") return _wfsopen(wide.c_str(), L"w", 0x40);
  if (function == "tmpfile") return tmpfile();
  if (function == "fopen_s") {
    return fopen_s(&stream, path.c_str(), "w") == 0 ? stream : nullptr;
  }
  if (function == "_wfopen_s") {
    return _wfopen_s(&stream, wide.c_str(), L"w") == 0 ? stream : nullptr;
  }
  if (function == "_wfdopen") {
    return _wfdopen(_creat(path.c_str(), 0600), L"w");
  }
  if (function == "_wfreopen") {
    return _wfreopen(wide.c_str(), L"w", fopen((path + ".other").c_str(), "w"));
  }
  if (function == "setbuf") {
    stream = fopen(path.c_str(), "w");
    setbuf(stream, buffer);
  }
  return stream;
}

int64_t Run(std::string_view argument) {
  const size_t blank = argument.find(' ');
  const std::string_view function = argument.substr(0, blank);
  const std::string path =
      std::string(argument.substr(blank + 1)) + "\\" + std::string(function);
  FILE* const stream =
      Open(function, path, std::wstring(path.begin(), path.end()));
  return stream != nullptr && std::fputs("text", stream) >= 0 ? 1 : 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
