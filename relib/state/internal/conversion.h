#ifndef RELIB_STATE_INTERNAL_CONVERSION_H_
#define RELIB_STATE_INTERNAL_CONVERSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/bytes.h"
#include "relib/state/internal/object.h"
#include "relib/state/internal/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {

// How values of an older type become ones of a newer type: worked out once from
// the two schemas, then done for each value.
class Conversion {
 public:
  // FailedPrecondition, for people and with all that is wrong, if there is no
  // way. `first` are the RELIB_MIGRATEs of the module.
  static absl::StatusOr<std::unique_ptr<Conversion>> Make(
      std::shared_ptr<const Schema> from, const StateType& to,
      std::shared_ptr<const StateCode> code, const StateMigrator* first);
  ~Conversion();

  // Reads a value that Encode() has written, into an object with its defaults.
  // On an error the object is whole, but has an unknown part of the value.
  absl::Status Run(BytesReader& in, void* object);

  // The losses are those of the last Run().
  StateMigration Report() const;

 private:
  class Compiler;
  class Runner;
  struct Node;

  Conversion(std::shared_ptr<const Schema> from,
             std::shared_ptr<const StateCode> code);

  const std::shared_ptr<const Schema> from_;
  const std::shared_ptr<const StateCode> code_;
  std::vector<std::unique_ptr<Node>> nodes_;
  const Node* root_ = nullptr;
  // With a place for each loss there may be.
  StateMigration report_;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_H_
