#ifndef PLATFORM_HOST_HOLDERS_H_
#define PLATFORM_HOST_HOLDERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/image/image_file.h"

namespace relib::platform {

// What can keep the image of a library that was given back, each in words that
// say what to do about it. An unload that is refused and the check of a
// finished module (tools/check_module.cc) use the same ones.

// What its own file says.
std::vector<std::string> HoldersInFile(const ImageFacts& facts);

// That the libraries at `paths` are linked against it.
std::string DescribeDependents(const std::vector<std::string>& paths);

// That there are `count` more references, if that many are known to be, which
// `calls` take.
std::string DescribeReferences(std::optional<uint32_t> count,
                               std::string_view calls);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_HOLDERS_H_
