// alarm(), twice. The result is what the second one says was left.

#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  alarm(60);
  return alarm(90);
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
