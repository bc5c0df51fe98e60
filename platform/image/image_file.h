#ifndef PLATFORM_IMAGE_IMAGE_FILE_H_
#define PLATFORM_IMAGE_IMAGE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/image/byte_source.h"

namespace relib::platform {

// Reads library files without loading them. Every function takes any bytes:
// none crashes, reads out of bounds, loops without end, or allocates by a
// length that it read. Portable: ELF and PE are read on every platform.

// The relib manifest of a module: the notes of owner "relib" from its PT_NOTE
// segments (ELF), or the contents of its section `.relib` (PE). Both hold the
// same framing; relib/internal/manifest/manifest.h knows what the notes say.
//
// Errors:
//   InvalidArgument     not a library of a known format, or a damaged one
//   FailedPrecondition  a library for another machine or operating system than
//                       the one this is compiled for
//   NotFound            a library of the right kind that holds no manifest
absl::StatusOr<std::string> ReadManifest(const ByteSource& file);

// What decides whether a library can be unloaded.
struct ImageFacts {
  // "ELF" or "PE".
  std::string format;
  // Names that other images can bind to.
  std::vector<std::string> exports;
  // Exports of binding STB_GNU_UNIQUE: the first one that is resolved pins the
  // library for the rest of the process. Always empty for PE.
  std::vector<std::string> unique_exports;
  // Libraries that it is linked against.
  std::vector<std::string> needed;
  // Its own name (DT_SONAME, or the name in the export directory); may be
  // empty.
  std::string own_name;
  // Linked with -z nodelete.
  bool nodelete = false;
  // Uses initial-exec TLS, of which a process has only a small fixed amount.
  bool static_tls = false;
  // Needs its code to be written at load, which hardened systems refuse.
  bool text_relocations = false;
  bool has_manifest = false;
};

// Errors: as ReadManifest, except that a foreign machine and a missing manifest
// are not errors here.
absl::StatusOr<ImageFacts> InspectImage(const ByteSource& file);

// The file that holds a library's debug information, as the library names it.
struct DebugFileName {
  // A path on the machine that built it, or a name alone.
  std::string path;
  // Where in the library that stands, and how long it may be.
  uint64_t offset = 0;
  size_t max_size = 0;
};

// Of a library whose debug information is in a PDB file; of others, that hold
// it themselves or have none, nullopt. Errors: as InspectImage.
absl::StatusOr<std::optional<DebugFileName>> FindDebugFileName(
    const ByteSource& file);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_IMAGE_FILE_H_
