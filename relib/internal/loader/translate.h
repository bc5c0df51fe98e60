#ifndef RELIB_INTERNAL_LOADER_TRANSLATE_H_
#define RELIB_INTERNAL_LOADER_TRANSLATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/host/crash_guard.h"
#include "platform/host/deadline.h"
#include "platform/host/module_resources.h"
#include "relib/errors.h"
#include "relib/options.h"

// Converts between the types of platform/ and those of the public API.

namespace relib::internal {

// Returns the options for the heap of the module at `path`.
platform::HeapOptions HeapOptionsOf(const LoadOptions& options,
                                    const std::string& path);

// Returns the report of `sites`, whose traces HeapOptionsOf() kept.
std::vector<Leak> LeaksOf(const std::vector<platform::LeakSite>& sites);

// Returns "1234 \"worker\"".
std::string DescribeThread(uint64_t id, std::string_view name);
std::string DescribeThread(uint64_t id);

// Returns the backtrace of a thread as indented lines, the first of which
// begins with a newline. Returns "" if the thread doesn't answer by `deadline`.
std::string DescribeStack(uint64_t thread, platform::Deadline deadline);

CrashInfo CrashInfoOf(const platform::Crash& crash);

// Returns the error "`who` crashed: ...".
template <typename Error>
absl::Status CrashError(Error error, const platform::Crash& crash,
                        std::string_view who) {
  const CrashInfo info = CrashInfoOf(crash);
  absl::Status status =
      MakeError(error, absl::StrCat(who, " crashed: ", info.what));
  AttachCrash(info, &status);
  return status;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_TRANSLATE_H_
