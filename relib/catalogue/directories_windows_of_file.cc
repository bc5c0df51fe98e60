// Searches the names and the streams of the file `argument`, and doesn't
// finish. Returns how many searches it has begun: Wine knows neither.

#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::wstring path(argument.begin(), argument.end());
  wchar_t name[1024];
  DWORD size = 1024;
  WIN32_FIND_STREAM_DATA stream;
  int64_t begun = 0;
  begun +=
      FindFirstFileNameW(path.c_str(), 0, &size, name) != INVALID_HANDLE_VALUE;
  begun += FindFirstStreamW(path.c_str(), FindStreamInfoStandard, &stream, 0) !=
           INVALID_HANDLE_VALUE;
  return begun;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
