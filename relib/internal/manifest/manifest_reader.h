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

// Reads the manifest of a module (manifest.h) and compares it with what a host
// has. Takes any bytes: nothing here crashes or reads out of bounds.

namespace relib::internal {

// An export or an import. All texts here are parts of the bytes that were
// parsed, and valid as long as these.
struct ManifestEntry {
  EntryKind kind = EntryKind::kPresent;
  std::string_view name;
  std::string_view signature;
  // Name and layout of each type in the signature that isn't the language's or
  // the standard library's.
  std::vector<std::pair<std::string_view, std::string_view>> types;
  // The first type in the signature that isn't stable (stable.h), if there is
  // one.
  std::string_view unstable = {};
};

struct ManifestPart {
  std::vector<std::pair<std::string_view, std::string_view>> build;
  // For main there is one entry, called "main".
  std::vector<ManifestEntry> entries;
};

struct Manifest {
  std::optional<ManifestPart> exports;
  std::optional<ManifestPart> imports;
  std::optional<ManifestPart> main;
};

// InvalidArgument says what is wrong with the bytes; FailedPrecondition that
// another version of relib has made them.
absl::StatusOr<Manifest> ParseManifest(std::string_view bytes);

// The lines of one note without the framing; also used for the host's own side.
absl::StatusOr<ManifestPart> ParseManifestPart(std::string_view text);

// What a host brings along.
struct HostInterface {
  // Each of these must be exported by the module. Null: it needs none.
  const ManifestPart* exports = nullptr;
  // The module may import any of these.
  const ManifestPart* imports = nullptr;
  // LoadOptions::unloading.
  bool unloading = true;
};

// Everything that speaks against loading the module, as one error of kind
// kIncompatible, kMissingExport, kMissingImport or kSignatureMismatch (the
// first in that order), with both sides of each difference shown. `name` is
// what to call the module.
absl::Status CheckManifest(const Manifest& manifest, const HostInterface& host,
                           std::string_view name);

// Null if there is none.
const ManifestEntry* FindEntry(const ManifestPart& note, std::string_view name);

// Empty if both have the same types; else the differences, a line each.
std::string DescribeDifference(const ManifestEntry& host,
                               const ManifestEntry& module);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MANIFEST_MANIFEST_READER_H_
