// Ends the host's thread that calls it.

#include <pthread.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view) { pthread_exit(nullptr); }

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
