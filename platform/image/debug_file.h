#ifndef PLATFORM_IMAGE_DEBUG_FILE_H_
#define PLATFORM_IMAGE_DEBUG_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "platform/image/image_file.h"

namespace relib::platform {

// Replaces the debug file's name in the file `library` by `name`. `place` is
// the result of FindDebugFileName() for that library. Portable.
// InvalidArgument: the name is too long for its place.
absl::Status SetDebugFileName(const std::string& library,
                              const DebugFileName& place,
                              std::string_view name);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_DEBUG_FILE_H_
