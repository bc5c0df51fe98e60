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

// The value of a state, with its layout. Doesn't depend on the module that it
// comes from. Immutable, cheap to copy, and thread-safe.
class StateCheckpoint {
 public:
  // Reads a file that SaveTo() has written. Returns NotFound if there is no
  // such file, DataLoss if it is damaged or isn't a checkpoint, and
  // ResourceExhausted if it has more than 16 GiB or there is no memory for it.
  // A file from an attacker does no harm here, and none to Restore(); but the
  // checksum is no signature, and its value may be any that fits the type.
  static absl::StatusOr<StateCheckpoint> LoadFrom(const std::string& path);

  // For use by relib only.
  explicit StateCheckpoint(std::shared_ptr<const internal::SavedState> saved)
      : saved_(std::move(saved)) {}

  // Writes the checkpoint to a file, which this program can read later, as can
  // a program that is built from newer sources for the same system. Replaces an
  // existing file atomically, as platform::WriteFileAtomically() documents it:
  // others may save to the same path, and a crash of the system leaves the old
  // file or the new one. Returns FailedPrecondition, naming a field, if the
  // value has a non-null pointer, which would be meaningless in a file, and the
  // error of the system if the file can't be written.
  absl::Status SaveTo(const std::string& path) const;

  // Returns the name of the type, "World".
  std::string_view name() const;
  // Returns the size of the value in bytes.
  size_t size() const;

  // For use by relib only.
  const std::shared_ptr<const internal::SavedState>& saved() const {
    return saved_;
  }

 private:
  std::shared_ptr<const internal::SavedState> saved_;
};

}  // namespace relib

#endif  // RELIB_STATE_CHECKPOINT_H_
