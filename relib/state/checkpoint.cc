#include "relib/state/checkpoint.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "relib/state/internal/bytes.h"
#include "relib/state/internal/saved_state.h"
#include "relib/state/internal/schema.h"

namespace relib {
namespace internal {
namespace {

constexpr std::string_view kMagic = "relib state 1\n";
// Another machine writes another number.
constexpr uint64_t kByteOrder = 0x0102030405060708;

// Eight bytes at a time: files are large.
uint64_t ChecksumOf(std::string_view bytes) {
  uint64_t sum = bytes.size();
  const auto add = [&](uint64_t word) {
    sum = (sum ^ word) * 0x9e3779b97f4a7c15;
    sum ^= sum >> 32;
  };
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= bytes.size(); at += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    add(word);
  }
  for (; at < bytes.size(); ++at) add(static_cast<unsigned char>(bytes[at]));
  return sum;
}

}  // namespace

std::string ToFile(const SavedState& state) {
  Bytes body;
  body.AppendNumber(kByteOrder);
  body.AppendText(state.schema->ToBytes());
  body.AppendText(state.bytes);
  Bytes head;
  head.AppendNumber(ChecksumOf(body.bytes()));
  return absl::StrCat(kMagic, head.bytes(), body.bytes());
}

absl::StatusOr<SavedState> FromFile(std::string_view file) {
  if (!file.starts_with(kMagic)) {
    return absl::DataLossError(
        "it isn't a file that relib::StateCheckpoint::SaveTo() has written");
  }
  file.remove_prefix(kMagic.size());
  BytesReader head(file);
  const uint64_t checksum = head.ReadNumber();
  const std::string_view body =
      head.ok() ? file.substr(sizeof(uint64_t)) : std::string_view();
  if (!head.ok() || ChecksumOf(body) != checksum) {
    return absl::DataLossError("it is damaged, or was cut off");
  }
  BytesReader in(body);
  if (in.ReadNumber() != kByteOrder) {
    return absl::DataLossError("it is from a machine of another kind");
  }
  SavedState state;
  absl::StatusOr<std::shared_ptr<const Schema>> schema =
      Schema::Parse(in.ReadText());
  if (!schema.ok()) return absl::DataLossError(schema.status().message());
  state.schema = *std::move(schema);
  state.bytes = std::string(in.ReadText());
  if (!in.ok() || !in.at_end()) {
    return absl::DataLossError("it is damaged, or was cut off");
  }
  return state;
}

}  // namespace internal

namespace {

// Paths of relib are UTF-8 everywhere.
std::filesystem::path PathOf(const std::string& path) {
  return {std::u8string(path.begin(), path.end())};
}

}  // namespace

absl::Status StateCheckpoint::SaveTo(const std::string& path) const {
  if (!saved_->pointer.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        saved_->pointer,
        " is a pointer, which means nothing in a file. Keep an index, or set "
        "it to null before the checkpoint"));
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
