#ifndef RELIB_STATE_CHECKPOINT_H_
#define RELIB_STATE_CHECKPOINT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib {

namespace internal {
struct SavedState;
}

// The value of a state, and the layout that it had. Needs nothing of the module
// that it comes from. Cheap to copy; never changes; thread-safe.
class StateCheckpoint {
 public:
  // From SaveTo(). An error says what is wrong with the file: NotFound, or
  // DataLoss if it is damaged or isn't such a file.
  static absl::StatusOr<StateCheckpoint> LoadFrom(const std::string& path);

  // For relib.
  explicit StateCheckpoint(std::shared_ptr<const internal::SavedState> saved)
      : saved_(std::move(saved)) {}

  // Writes it to a file, for the same program later, or one that was built from
  // newer sources for the same system. Replaces a file at once, never half of
  // it. FailedPrecondition, naming a field, if the value has a pointer that
  // isn't null: it would mean nothing there.
  absl::Status SaveTo(const std::string& path) const;

  // The type of the state, "World".
  std::string_view name() const;
  // Bytes of the value.
  size_t size() const;

  // For relib.
  const std::shared_ptr<const internal::SavedState>& saved() const {
    return saved_;
  }

 private:
  std::shared_ptr<const internal::SavedState> saved_;
};

}  // namespace relib

#endif  // RELIB_STATE_CHECKPOINT_H_
