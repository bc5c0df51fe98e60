#ifndef PLATFORM_IMAGE_HOLDERS_H_
#define PLATFORM_IMAGE_HOLDERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/image/image_file.h"

namespace relib::platform {

// Texts for the reasons that keep an unloaded library's image in memory, each
// with its remedy. Refused unloads and the check of a finished module
// (tools/check_module.cc) share them.

// Returns the reasons in the library file itself.
std::vector<std::string> HoldersInFile(const ImageFacts& facts);

// Says that the libraries at `paths` are linked against the library.
std::string DescribeDependents(const std::vector<std::string>& paths);

// Says that `calls` hold `count` more references to the library. nullopt stands
// for an unknown number.
std::string DescribeReferences(std::optional<uint32_t> count,
                               std::string_view calls);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_HOLDERS_H_
