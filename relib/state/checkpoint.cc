#include "relib/state/checkpoint.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/host/files/atomic_file.h"
#include "platform/host/files/file.h"
#include "relib/state/internal/checkpoint/saved_state.h"
#include "relib/state/internal/value/schema.h"

namespace relib {
namespace {

// The largest file. LoadFrom() needs as much memory as the file has bytes.
constexpr uint64_t kMaxFileSize = uint64_t{16} << 30;

absl::Status TooLarge(const std::string& path, uint64_t size) {
  return absl::ResourceExhaustedError(
      absl::StrCat(path, " has ", size,
                   " bytes; a checkpoint may have at most ", kMaxFileSize));
}

// Reads no more than the beginning of a file that isn't a checkpoint.
absl::StatusOr<std::string> ReadCheckpoint(const platform::File& file,
                                           const std::string& path) {
  // Before memory is allocated for a large file of another kind.
  std::string contents(
      std::min<uint64_t>(file.size(), internal::kCheckpointMagic.size()), '\0');
  if (!file.ReadAt(0, contents.data(), contents.size())) {
    return absl::DataLossError(absl::StrCat("can't read ", path));
  }
  if (contents != internal::kCheckpointMagic) return contents;
  if (file.size() > kMaxFileSize) return TooLarge(path, file.size());
  try {
    contents.resize(file.size());
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "there is no memory for the ", file.size(), " bytes of ", path));
  }
  if (!file.ReadAt(0, contents.data(), contents.size())) {
    return absl::DataLossError(absl::StrCat("can't read ", path));
  }
  return contents;
}

}  // namespace

absl::Status StateCheckpoint::SaveTo(const std::string& path) const {
  if (!saved_->pointer.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        saved_->pointer,
        " is a pointer, which is meaningless in a file. Keep an index instead, "
        "or set the pointer to null before the checkpoint"));
  }
  const std::string contents = internal::ToFile(*saved_);
  if (contents.size() > kMaxFileSize) return TooLarge(path, contents.size());
  return platform::WriteFileAtomically(path, contents);
}

absl::StatusOr<StateCheckpoint> StateCheckpoint::LoadFrom(
    const std::string& path) {
  const absl::StatusOr<std::unique_ptr<platform::File>> file =
      platform::File::Open(path);
  if (absl::IsInvalidArgument(file.status())) {
    return absl::DataLossError(file.status().message());
  }
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::string> contents = ReadCheckpoint(**file, path);
  if (!contents.ok()) return contents.status();
  absl::StatusOr<internal::SavedState> saved = internal::FromFile(*contents);
  if (!saved.ok()) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", saved.status().message()));
  }
  return StateCheckpoint(
      std::make_shared<const internal::SavedState>(*std::move(saved)));
}

std::string_view StateCheckpoint::name() const {
  return saved_->schema->root().name;
}

size_t StateCheckpoint::size() const { return saved_->bytes.size(); }

}  // namespace relib
