#ifndef RELIB_RELOAD_INTERNAL_FILE_CONTENTS_H_
#define RELIB_RELOAD_INTERNAL_FILE_CONTENTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace relib::internal {

// A number that stands for all bytes of a file, the same for the same bytes as
// long as this process runs. About 2 GB per second when the file is in the
// system's cache.
absl::StatusOr<uint64_t> HashOfContents(const std::string& path);

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_FILE_CONTENTS_H_
