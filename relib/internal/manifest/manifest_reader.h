#ifndef RELIB_INTERNAL_MANIFEST_MANIFEST_READER_H_
#define RELIB_INTERNAL_MANIFEST_MANIFEST_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/manifest/manifest.h"

// Parses the manifest of a module (manifest.h) and compares it with the
// interfaces of a host. Accepts arbitrary bytes: no function crashes or reads
// out of bounds.

namespace relib::internal {

// An export or an import. All texts refer to the parsed bytes.
struct ManifestEntry {
  EntryKind kind = EntryKind::kPresent;
  std::string_view name;
  std::string_view signature;
  // The name and layout of each type in the signature, except for those of the
  // language and the standard library.
  std::vector<std::pair<std::string_view, std::string_view>> types;
  // The first type in the signature that isn't stable (stable.h), or "".
  std::string_view unstable = {};
};

struct ManifestPart {
  std::vector<std::pair<std::string_view, std::string_view>> build;
  // For main, one entry with the name "main".
  std::vector<ManifestEntry> entries;
};

struct Manifest {
  std::optional<ManifestPart> exports;
  std::optional<ManifestPart> imports;
  std::optional<ManifestPart> main;
};

// Fails with InvalidArgument if the bytes are damaged, and with
// FailedPrecondition if another version of relib generated them.
absl::StatusOr<Manifest> ParseManifest(std::string_view bytes);

// Parses the text of a part.
absl::StatusOr<ManifestPart> ParseManifestPart(std::string_view text);

// The interfaces of a host.
struct HostInterface {
  // The module must have all of these exports. Null if the host needs none.
  const ManifestPart* exports = nullptr;
  // The module may use any subset of these imports. Null if there are none.
  const ManifestPart* imports = nullptr;
  // LoadOptions::unloading.
  bool unloading = true;
};

// Returns OK if the module can be loaded by the host. Otherwise returns an
// error that describes all differences with both sides. Its kind is the first
// that applies of kIncompatible, kMissingExport, kMissingImport and
// kSignatureMismatch. `name` is the name of the module in the message.
absl::Status CheckManifest(const Manifest& manifest, const HostInterface& host,
                           std::string_view name);

// Returns null if there is no entry with that name.
const ManifestEntry* FindEntry(const ManifestPart& part, std::string_view name);

// Returns the differences between the types of two entries, a line each; "" if
// there are none.
std::string DescribeDifference(const ManifestEntry& host,
                               const ManifestEntry& module);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MANIFEST_MANIFEST_READER_H_
