#include "platform/image_file.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/byte_source.h"
#include "platform/linux/elf_file.h"
#include "platform/target.h"
#include "platform/windows/pe_file.h"

namespace relib::platform {
namespace {

absl::Status UnknownFormat(const ByteSource& file) {
  if (file.size() == 0) return absl::InvalidArgumentError("the file is empty");
  return absl::InvalidArgumentError(
      "not a library: it begins neither like an ELF nor like a PE file");
}

}  // namespace

absl::StatusOr<std::string> ReadRecord(const ByteSource& file) {
  if (IsElf(file)) {
    if (kTargetSystem == System::kLinux) return ReadElfRecord(file);
    return absl::FailedPreconditionError(
        "a Linux library (ELF); this program runs on Windows");
  }
  if (IsPe(file)) {
    if (kTargetSystem == System::kWindows) return ReadPeRecord(file);
    return absl::FailedPreconditionError(
        "a Windows library (PE); this program runs on Linux");
  }
  return UnknownFormat(file);
}

absl::StatusOr<ImageFacts> InspectImage(const ByteSource& file) {
  if (IsElf(file)) return InspectElf(file);
  if (IsPe(file)) return InspectPe(file);
  return UnknownFormat(file);
}

}  // namespace relib::platform
