#ifndef PLATFORM_IMAGE_ELF_FILE_H_
#define PLATFORM_IMAGE_ELF_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/host/files/byte_source.h"
#include "platform/image/image_file.h"

namespace relib::platform {

inline constexpr uint16_t kElfMachineX86_64 = 62;

bool IsElf(const ByteSource& file);

// Implement the functions of image_file.h for ELF. Portable: they include no
// system header.
absl::StatusOr<std::string> ReadElfManifest(
    const ByteSource& file, uint16_t machine = kElfMachineX86_64);
absl::StatusOr<ImageFacts> InspectElf(const ByteSource& file);

// The libraries that an ELF file is linked against, and where the system's
// loader searches for them.
struct ElfLinks {
  // DT_NEEDED.
  std::vector<std::string> needed;
  // DT_RUNPATH, or DT_RPATH if there is none: directories separated by colons.
  // May be empty.
  std::string run_path;
  // It is DT_RPATH, which also holds for the libraries of the libraries.
  bool inherits_run_path = false;
};

// Reads less of the file than InspectElf(). InvalidArgument as for
// ReadManifest().
absl::StatusOr<ElfLinks> ReadElfLinks(const ByteSource& file);

// Returns the bytes of the file's GNU build id, which differs between builds of
// different contents. Returns "" if it has none or is damaged.
std::string ReadElfBuildId(const ByteSource& file);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_ELF_FILE_H_
