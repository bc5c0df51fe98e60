#ifndef PLATFORM_SHARED_PRIVATE_DIRECTORY_NAME_H_
#define PLATFORM_SHARED_PRIVATE_DIRECTORY_NAME_H_

#include <string_view>

namespace relib::platform {

// Returns whether `name` is `<prefix>-<pid>-<16 hexadecimal digits>`, the name
// of a PrivateDirectory. Directories with other names are never swept.
bool IsPrivateDirectoryName(std::string_view name, std::string_view prefix);

}  // namespace relib::platform

#endif  // PLATFORM_SHARED_PRIVATE_DIRECTORY_NAME_H_
