// ualarm(): SIGALRM in less than a second, and again and again.

#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) { return ualarm(900'000, 900'000); }

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
