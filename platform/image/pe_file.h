#ifndef PLATFORM_IMAGE_PE_FILE_H_
#define PLATFORM_IMAGE_PE_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "platform/image/byte_source.h"
#include "platform/image/image_file.h"

namespace relib::platform {

// Reads PE files, the libraries and programs of Windows, on any system. Every
// function takes any bytes; see image_file.h for what that means.
// The format: https://learn.microsoft.com/windows/win32/debug/pe-format

// IMAGE_FILE_MACHINE_AMD64.
inline constexpr uint16_t kPeMachineX86_64 = 0x8664;

// True if the file starts as PE files do. It may still be damaged, or be a
// program of DOS: the functions below say so.
bool IsPe(const ByteSource& file);

// The contents of section `.relib`, at most 1 MiB.
//
// Errors:
//   InvalidArgument     no PE file, a damaged one, or a program
//   FailedPrecondition  a library for another machine than `machine`
//   NotFound            a library without such a section
absl::StatusOr<std::string> ReadPeManifest(const ByteSource& file,
                                           uint16_t machine = kPeMachineX86_64);

// Of a library or program for any machine. `exports`, `needed` and `own_name`
// are as in the file; `needed` includes what is loaded at the first call only.
// InvalidArgument: no PE file, or a damaged one.
absl::StatusOr<ImageFacts> InspectPe(const ByteSource& file);

// Of a library or program for any machine: the PDB file in its CodeView
// manifest. InvalidArgument: no PE file, or a damaged one.
absl::StatusOr<std::optional<DebugFileName>> FindPdbName(
    const ByteSource& file);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_PE_FILE_H_
