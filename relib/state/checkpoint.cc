#include "relib/state/checkpoint.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "relib/state/internal/checkpoint/saved_state.h"
#include "relib/state/internal/value/schema.h"

namespace relib {
namespace {

// Converts a path, which is UTF-8 on all systems.
std::filesystem::path PathOf(const std::string& path) {
  return {std::u8string(path.begin(), path.end())};
}

}  // namespace

absl::Status StateCheckpoint::SaveTo(const std::string& path) const {
  if (!saved_->pointer.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        saved_->pointer,
        " is a pointer, which is meaningless in a file. Keep an index instead, "
        "or set the pointer to null before the checkpoint"));
  }
  const std::filesystem::path target = PathOf(path);
  const std::filesystem::path written = PathOf(absl::StrCat(path, ".new"));
  const std::string contents = internal::ToFile(*saved_);
  {
    std::ofstream file(written, std::ios::binary | std::ios::trunc);
    file.write(contents.data(), static_cast<std::streamsize>(contents.size()));
    file.close();
    if (!file) {
      std::error_code ignored;
      std::filesystem::remove(written, ignored);
      return absl::UnavailableError(absl::StrCat("can't write ", path));
    }
  }
  std::error_code error;
  std::filesystem::rename(written, target, error);
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(written, ignored);
    return absl::UnavailableError(
        absl::StrCat("can't write ", path, ": ", error.message()));
  }
  return absl::OkStatus();
}

absl::StatusOr<StateCheckpoint> StateCheckpoint::LoadFrom(
    const std::string& path) {
  std::ifstream file(PathOf(path), std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("can't open ", path));
  const std::string contents((std::istreambuf_iterator<char>(file)),
                             std::istreambuf_iterator<char>());
  absl::StatusOr<internal::SavedState> saved = internal::FromFile(contents);
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
