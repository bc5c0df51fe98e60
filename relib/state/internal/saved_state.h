#ifndef RELIB_STATE_INTERNAL_SAVED_STATE_H_
#define RELIB_STATE_INTERNAL_SAVED_STATE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "relib/state/internal/schema.h"

namespace relib::internal {

// What a StateCheckpoint holds.
struct SavedState {
  std::shared_ptr<const Schema> schema;
  // As Encode() wrote it.
  std::string bytes;
  // The name of a pointer in it that isn't null, if there is one.
  std::string pointer;
};

// The contents of a file. DataLoss for what isn't one, or is damaged.
std::string ToFile(const SavedState& state);
absl::StatusOr<SavedState> FromFile(std::string_view file);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_SAVED_STATE_H_
