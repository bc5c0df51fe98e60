// Gives any bytes to the reader of manifests, and compares the result with the
// interfaces of a host.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/host/files/byte_source.h"
#include "platform/image/elf_file.h"
#include "relib/internal/manifest/build_info.h"
#include "relib/internal/manifest/manifest.h"
#include "relib/internal/manifest/manifest_fixture.h"
#include "relib/internal/manifest/manifest_reader.h"
#include "tests/fuzz/fuzz.h"

namespace relib {
namespace {

using namespace internal;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kExports =
    "entry\tadd\tint(int, int)\n"
    "optional\tmove\tvoid(Point)\n"
    "type\tPoint\tsize 16, align 8: double x @0; double y @8\n"
    "unstable\tstd::string\n";
constexpr std::string_view kImports = "entry\tlog\tvoid(int)\n";

}  // namespace

std::vector<std::string> FuzzSeeds(const std::vector<std::string>& files) {
  const std::string build(BuildText());
  std::vector<std::string> seeds = {
      MakeNote(NoteType::kExports, build + std::string(kExports)) +
      MakeNote(NoteType::kImports, build + std::string(kImports)) +
      MakeNote(NoteType::kMain, build + "main\tint()\n")};
  for (const std::string& file : files) {
    absl::StatusOr<std::string> manifest =
        platform::ReadElfManifest(platform::MemoryByteSource(file));
    if (manifest.ok()) seeds.push_back(*manifest);
  }
  return seeds;
}

}  // namespace relib

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace internal = relib::internal;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  internal::ParseManifestPart(bytes).status().IgnoreError();
  const absl::StatusOr<internal::Manifest> manifest =
      internal::ParseManifest(bytes);
  if (!manifest.ok()) return 0;
  static const auto& exports = *new internal::ManifestPart(
      *internal::ParseManifestPart(relib::kExports));
  static const auto& imports = *new internal::ManifestPart(
      *internal::ParseManifestPart(relib::kImports));
  for (const bool unloading : {true, false}) {
    const absl::Status status = internal::CheckManifest(
        *manifest,
        {.exports = &exports, .imports = &imports, .unloading = unloading},
        "fuzzed.so");
    // No module causes a message that is too long to be read.
    if (status.message().size() > 1'000'000) __builtin_trap();
  }
  return 0;
}
