// Linked with -z nodelete, so that the loader keeps it for good: built without
// relib_module(), which would refuse it.

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view) { return 42; }

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
