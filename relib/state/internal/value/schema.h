#ifndef RELIB_STATE_INTERNAL_VALUE_SCHEMA_H_
#define RELIB_STATE_INTERNAL_VALUE_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"

namespace relib::internal {

inline std::string_view ViewOf(StateText text) {
  return {text.data, text.size};
}

struct SchemaPart {
  std::string name;
  size_t offset = 0;
  // The index in Schema::types().
  size_t type = 0;
};

struct SchemaEnumerator {
  std::string name;
  int64_t value = 0;
};

// A copy of a StateType that outlives the module.
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

  // Derived from the other fields. True if the bytes of an object are its
  // value.
  bool is_plain = false;
  // True if there are pointers in an object, or in its containers.
  bool has_pointers = false;
};

// The layout of a type and of all types that it consists of. Immutable.
class Schema {
 public:
  // Copies the module's description of a type. Sets `types`, unless it is null,
  // to the module's own description of each type of the schema.
  static std::shared_ptr<const Schema> Of(const StateType& root,
                                          std::vector<const StateType*>* types);

  // Reads the result of ToBytes(). Returns InvalidArgument for any other bytes,
  // which may be hostile.
  static absl::StatusOr<std::shared_ptr<const Schema>> Parse(
      std::string_view bytes);
  std::string ToBytes() const;

  // The types, starting with the root.
  const std::vector<SchemaType>& types() const { return types_; }
  const SchemaType& root() const { return types_.front(); }

  // A hash of the schema. Never zero.
  uint64_t fingerprint() const { return fingerprint_; }
  bool operator==(const Schema& other) const { return bytes_ == other.bytes_; }

  // Returns the full name of a type, "std::pmr::vector<Entity>".
  std::string NameOf(size_t type) const;

 private:
  Schema() = default;

  // Computes everything that is derived from the types.
  void Finish();
  // Sets `has_pointers` of the types that contain one.
  void MarkPointers();

  std::vector<SchemaType> types_;
  std::string bytes_;
  uint64_t fingerprint_ = 0;
};

// Describes how two layouts differ, struct by struct and field by field, in
// lines that begin with a newline.
std::string DescribeSchemaDifference(const Schema& host, const Schema& module);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_SCHEMA_H_
