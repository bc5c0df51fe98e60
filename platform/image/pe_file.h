#ifndef PLATFORM_IMAGE_PE_FILE_H_
#define PLATFORM_IMAGE_PE_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host/files/byte_source.h"
#include "platform/image/image_file.h"

namespace relib::platform {

// Reads PE files, the libraries and programs of Windows, on any system. All
// functions accept arbitrary bytes; see image_file.h. The format:
// https://learn.microsoft.com/windows/win32/debug/pe-format

// IMAGE_FILE_MACHINE_AMD64.
inline constexpr uint16_t kPeMachineX86_64 = 0x8664;

// Returns whether the file starts like a PE file. It may still be damaged or be
// a DOS program; the functions below report that.
bool IsPe(const ByteSource& file);

// Returns the contents of section `.relib`, at most 1 MiB.
//
// Errors:
//   InvalidArgument     not a PE file, a damaged one, or a program
//   FailedPrecondition  a library for another machine than `machine`
//   NotFound            a library without such a section
absl::StatusOr<std::string> ReadPeManifest(const ByteSource& file,
                                           uint16_t machine = kPeMachineX86_64);

// Returns the facts about a library or program for any machine. `exports`,
// `needed` and `own_name` are as in the file; `needed` includes delay-loaded
// libraries. InvalidArgument: not a PE file, or a damaged one.
absl::StatusOr<ImageFacts> InspectPe(const ByteSource& file);

// Returns the name of the PDB file in the CodeView entry of a library or
// program for any machine. InvalidArgument: not a PE file, or a damaged one.
absl::StatusOr<std::optional<DebugFileName>> FindPdbName(
    const ByteSource& file);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_PE_FILE_H_
