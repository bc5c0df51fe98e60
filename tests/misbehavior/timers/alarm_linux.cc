// alarm(), twice. The result is what the second one says was left.

#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  alarm(60);
  return alarm(90);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
