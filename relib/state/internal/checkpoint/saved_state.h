#ifndef RELIB_STATE_INTERNAL_CHECKPOINT_SAVED_STATE_H_
#define RELIB_STATE_INTERNAL_CHECKPOINT_SAVED_STATE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {

// A value and its layout, independent of any module.
struct SavedState {
  std::shared_ptr<const Schema> schema;
  // The value in the format of Encode().
  std::string bytes;
  // The name of a field that is a non-null pointer, or empty.
  std::string pointer;
};

// The first bytes of each checkpoint file.
inline constexpr std::string_view kCheckpointMagic = "relib state 1\n";

// Returns the contents of a checkpoint file.
std::string ToFile(const SavedState& state);
// Reads the contents of a checkpoint file. Returns DataLoss if the file is
// damaged, or isn't a checkpoint.
absl::StatusOr<SavedState> FromFile(std::string_view file);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CHECKPOINT_SAVED_STATE_H_
