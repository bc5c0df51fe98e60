#ifndef RELIB_STATE_INTERNAL_SCHEMA_H_
#define RELIB_STATE_INTERNAL_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"

namespace relib::internal {

struct SchemaPart {
  std::string name;
  size_t offset = 0;
  // Index in Schema::types.
  size_t type = 0;
};

struct SchemaEnumerator {
  std::string name;
  int64_t value = 0;
};

// As StateType, only that it outlives the module.
struct SchemaType {
  StateKind kind = StateKind::kOpaque;
  ScalarType scalar = ScalarType::kBool;
  bool is_function = false;
  bool is_trivially_copyable = false;
  std::string name;
  size_t size = 0;
  size_t alignment = 0;
  size_t count = 0;
  std::vector<SchemaPart> parts;
  std::vector<SchemaEnumerator> enumerators;

  // Follows from the rest: its bytes are its value. And: there are pointers in
  // it, or in what it holds.
  bool is_plain = false;
  bool has_pointers = false;
};

// The layout of a type and of all that it consists of. A value.
class Schema {
 public:
  // `types`, if not null, gets the module's own description of each type.
  static std::shared_ptr<const Schema> Of(const StateType& root,
                                          std::vector<const StateType*>* types);

  // Reads what ToBytes() wrote. InvalidArgument for anything else, also for
  // what was made to do harm.
  static absl::StatusOr<std::shared_ptr<const Schema>> Parse(
      std::string_view bytes);
  std::string ToBytes() const;

  // The root comes first.
  const std::vector<SchemaType>& types() const { return types_; }
  const SchemaType& root() const { return types_.front(); }

  // The same for equal schemas, never zero, and for all one knows different for
  // others.
  uint64_t fingerprint() const { return fingerprint_; }
  bool operator==(const Schema& other) const { return bytes_ == other.bytes_; }

  // "std::pmr::vector<Entity>", for people.
  std::string NameOf(size_t type) const;

 private:
  Schema() = default;

  // What follows from the types.
  void Finish();

  std::vector<SchemaType> types_;
  std::string bytes_;
  uint64_t fingerprint_ = 0;
};

// How the layouts of two types differ, struct by struct and field by field;
// lines that begin with newlines.
std::string DescribeSchemaDifference(const Schema& host, const Schema& module);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_SCHEMA_H_
