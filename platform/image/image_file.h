#ifndef PLATFORM_IMAGE_IMAGE_FILE_H_
#define PLATFORM_IMAGE_IMAGE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/host/files/byte_source.h"

namespace relib::platform {

// Reads library files without loading them. Portable: ELF and PE files are read
// on every platform. All functions accept arbitrary bytes: they never crash,
// read out of bounds, loop forever, or allocate memory by a length that is in
// the file.

// Returns the relib manifest of a module: the notes of owner "relib" in its
// PT_NOTE segments (ELF), or the contents of its section `.relib` (PE). Both
// have the same framing; relib/internal/manifest/manifest.h defines the notes.
//
// Errors:
//   InvalidArgument     not a library of a known format, or a damaged one
//   FailedPrecondition  a library for another machine or operating system than
//                       this program
//   NotFound            a library for this system without a manifest
absl::StatusOr<std::string> ReadManifest(const ByteSource& file);

// The properties of a library file that decide whether it can be unloaded.
struct ImageFacts {
  // "ELF" or "PE".
  std::string format;
  // Names that other images can bind to.
  std::vector<std::string> exports;
  // Exports of binding STB_GNU_UNIQUE. Once one of them is resolved, the
  // library is pinned for the rest of the process. Always empty for PE.
  std::vector<std::string> unique_exports;
  // Names of the libraries that it is linked against.
  std::vector<std::string> needed;
  // Its own name (DT_SONAME, or the name in the export directory). May be
  // empty.
  std::string own_name;
  // Linked with -z nodelete.
  bool nodelete = false;
  // Uses initial-exec TLS, for which a process has only a small fixed amount of
  // space.
  bool static_tls = false;
  // Requires relocations of its code at load time, which hardened systems
  // refuse.
  bool text_relocations = false;
  bool has_manifest = false;
};

// Returns the facts about a library for any machine, with or without a
// manifest. InvalidArgument as for ReadManifest().
absl::StatusOr<ImageFacts> InspectImage(const ByteSource& file);

// The name of the file with a library's debug information, as it is in the
// library.
struct DebugFileName {
  // A path on the build machine, or a bare file name.
  std::string path;
  // The position of the name in the library, and its maximum length.
  uint64_t offset = 0;
  size_t max_size = 0;
};

// Returns the name of the PDB file with the library's debug information.
// Returns nullopt for libraries that contain their debug information or have
// none. Errors as for InspectImage().
absl::StatusOr<std::optional<DebugFileName>> FindDebugFileName(
    const ByteSource& file);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_IMAGE_FILE_H_
