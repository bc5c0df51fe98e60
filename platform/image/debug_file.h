#ifndef PLATFORM_IMAGE_DEBUG_FILE_H_
#define PLATFORM_IMAGE_DEBUG_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "platform/image/image_file.h"

namespace relib::platform {

// Writes `name` into `library`, in place of the file that FindDebugFileName()
// found there. Portable.
// InvalidArgument: it is longer than its place.
absl::Status SetDebugFileName(const std::string& library,
                              const DebugFileName& place,
                              std::string_view name);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_DEBUG_FILE_H_
