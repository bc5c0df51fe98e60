#include "relib/state/internal/checkpoint/saved_state.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {
namespace {

// Machines of another byte order read another number.
constexpr uint64_t kByteOrder = 0x0102030405060708;

// Hashes eight bytes at a time, because files are large.
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
  return absl::StrCat(kCheckpointMagic, head.bytes(), body.bytes());
}

absl::StatusOr<SavedState> FromFile(std::string_view file) {
  if (!file.starts_with(kCheckpointMagic)) {
    return absl::DataLossError(
        "it wasn't written by relib::StateCheckpoint::SaveTo()");
  }
  file.remove_prefix(kCheckpointMagic.size());
  BytesReader head(file);
  const uint64_t checksum = head.ReadNumber();
  const std::string_view body =
      head.ok() ? file.substr(sizeof(uint64_t)) : std::string_view();
  if (!head.ok() || ChecksumOf(body) != checksum) {
    return absl::DataLossError("it is damaged or truncated");
  }
  BytesReader in(body);
  if (in.ReadNumber() != kByteOrder) {
    return absl::DataLossError("it was written by a machine of another kind");
  }
  SavedState state;
  absl::StatusOr<std::shared_ptr<const Schema>> schema =
      Schema::Parse(in.ReadText());
  if (!schema.ok()) return absl::DataLossError(schema.status().message());
  state.schema = *std::move(schema);
  state.bytes = std::string(in.ReadText());
  if (!in.ok() || !in.at_end()) {
    return absl::DataLossError("it is damaged or truncated");
  }
  return state;
}

}  // namespace relib::internal
