#ifndef PLATFORM_IMAGE_ELF_FILE_H_
#define PLATFORM_IMAGE_ELF_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "platform/image/byte_source.h"
#include "platform/image/image_file.h"

namespace relib::platform {

inline constexpr uint16_t kElfMachineX86_64 = 62;

bool IsElf(const ByteSource& file);

// Implement the functions of image_file.h for ELF. Portable: they include no
// system header.
absl::StatusOr<std::string> ReadElfManifest(
    const ByteSource& file, uint16_t machine = kElfMachineX86_64);
absl::StatusOr<ImageFacts> InspectElf(const ByteSource& file);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_ELF_FILE_H_
