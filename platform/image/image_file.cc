#include "platform/image/image_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/host/files/byte_source.h"
#include "platform/host/target.h"
#include "platform/image/elf_file.h"
#include "platform/image/pe_file.h"

namespace relib::platform {
namespace {

// Buffers the beginning of a file, because headers are read in many small
// pieces. In an ELF file, a relib manifest is close to them.
class BufferedStart final : public ByteSource {
 public:
  // `file` must outlive this object.
  explicit BufferedStart(const ByteSource& file) : file_(file) {
    const size_t size = std::min<uint64_t>(sizeof(start_), file.size());
    if (file.ReadAt(0, start_, size)) size_ = size;
  }

  uint64_t size() const override { return file_.size(); }

  bool ReadAt(uint64_t offset, void* out, size_t count) const override {
    if (offset > size_ || count > size_ - offset) {
      return file_.ReadAt(offset, out, count);
    }
    std::memcpy(out, start_ + offset, count);
    return true;
  }

 private:
  const ByteSource& file_;
  size_t size_ = 0;
  char start_[4096];
};

absl::Status UnknownFormat(const ByteSource& file) {
  if (file.size() == 0) return absl::InvalidArgumentError("the file is empty");
  return absl::InvalidArgumentError(
      "not a library: it begins neither like an ELF nor like a PE file");
}

}  // namespace

absl::StatusOr<std::string> ReadManifest(const ByteSource& source) {
  const BufferedStart file(source);
  if (IsElf(file)) {
    if (kTargetSystem == System::kLinux) return ReadElfManifest(file);
    return absl::FailedPreconditionError(
        "a Linux library (ELF); this program runs on Windows");
  }
  if (IsPe(file)) {
    if (kTargetSystem == System::kWindows) return ReadPeManifest(file);
    return absl::FailedPreconditionError(
        "a Windows library (PE); this program runs on Linux");
  }
  return UnknownFormat(file);
}

absl::StatusOr<std::optional<DebugFileName>> FindDebugFileName(
    const ByteSource& source) {
  const BufferedStart file(source);
  if (IsElf(file)) return std::nullopt;
  if (IsPe(file)) return FindPdbName(file);
  return UnknownFormat(file);
}

absl::StatusOr<ImageFacts> InspectImage(const ByteSource& source) {
  const BufferedStart file(source);
  if (IsElf(file)) return InspectElf(file);
  if (IsPe(file)) return InspectPe(file);
  return UnknownFormat(file);
}

}  // namespace relib::platform
