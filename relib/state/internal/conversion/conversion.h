#ifndef RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_H_
#define RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {

struct ConversionPlan;

// Converts values of an older type into values of a newer type. The plan is
// made once from the two schemas, and then run for each value.
class Conversion {
 public:
  // `first` is the list of the module's RELIB_MIGRATEs. Returns
  // FailedPrecondition, with all problems in the message, if the types can't be
  // converted, and InvalidArgument if they exceed a limit (limits.h), as those
  // of a hostile file may.
  static absl::StatusOr<std::unique_ptr<Conversion>> Make(
      std::shared_ptr<const Schema> from, BytesOrigin origin,
      const StateType& to, std::shared_ptr<const StateCode> code,
      const StateMigrator* first);
  ~Conversion();

  // Reads a value that Encode() has written into an object that has its
  // defaults. After an error the object is valid, but has an unspecified part
  // of the value.
  absl::Status Run(BytesReader& in, void* object);

  // Returns what the conversion changes, with the losses of the last Run().
  StateMigration Report() const;

 private:
  Conversion(std::unique_ptr<ConversionPlan> plan,
             std::shared_ptr<const StateCode> code);

  const std::unique_ptr<ConversionPlan> plan_;
  const std::shared_ptr<const StateCode> code_;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_H_
