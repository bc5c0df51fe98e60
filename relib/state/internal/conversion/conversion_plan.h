#ifndef RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_PLAN_H_
#define RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/scalar.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {

// Stands for "no loss is possible here".
inline constexpr size_t kNoLoss = static_cast<size_t>(-1);

// Converts a value of one type into a value of another type.
struct ConversionNode {
  enum class Kind {
    // Copies `size` bytes.
    kCopy,
    kScalar,
    kEnum,
    kStruct,
    kList,
    kMap,
    kOptional,
    // A value becomes an optional.
    kWrap,
    // An optional becomes a value.
    kUnwrap,
    kVariant,
  };

  // A field of a struct, or several adjacent ones that are copied together.
  struct Member {
    // The index in the older schema.
    size_t from_type = 0;
    // Only used if the struct is plain.
    size_t from_offset = 0;
    size_t to_offset = 0;
    // The number of bytes to copy. If it is zero, `node` converts the field.
    size_t size = 0;
    // Null if the field is skipped or copied.
    const ConversionNode* node = nullptr;
  };

  struct Migrator {
    const StateMigrator* migrator = nullptr;
    // Fills the migrator's struct of old fields.
    const ConversionNode* node = nullptr;
  };

  struct EnumCase {
    int64_t from = 0;
    int64_t to = 0;
    // The index of the loss if the enumerator no longer exists.
    std::optional<size_t> gone;
  };

  Kind kind = Kind::kCopy;
  // The index in the older schema.
  size_t from = 0;
  const StateType* to = nullptr;
  size_t size = 0;
  ScalarConversion convert = nullptr;
  // The index in the losses of the report.
  size_t loss = kNoLoss;
  // Sorted by `from`.
  std::vector<EnumCase> cases;
  std::vector<Member> members;
  std::vector<Migrator> migrators;
  const ConversionNode* key = nullptr;
  const ConversionNode* element = nullptr;
  // By the index of the alternative in the older type.
  std::vector<const ConversionNode*> alternatives;
  std::vector<size_t> alternative_indices;
};

struct ConversionPlan {
  std::shared_ptr<const Schema> from;
  std::vector<std::unique_ptr<ConversionNode>> nodes;
  const ConversionNode* root = nullptr;
  // Has an entry for each possible loss.
  StateMigration report;
};

// Returns FailedPrecondition, with all problems in the message, if the types
// can't be converted, and InvalidArgument if they exceed a limit (limits.h).
absl::StatusOr<std::unique_ptr<ConversionPlan>> PlanConversion(
    std::shared_ptr<const Schema> from, BytesOrigin origin, const StateType& to,
    const StateMigrator* first);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_PLAN_H_
