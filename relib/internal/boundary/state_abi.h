#ifndef RELIB_INTERNAL_BOUNDARY_STATE_ABI_H_
#define RELIB_INTERNAL_BOUNDARY_STATE_ABI_H_

#include <cstddef>
#include <cstdint>

#include "relib/internal/boundary/abi.h"

// The descriptions of the types of a module's states, and the functions by
// which the host accesses objects of them. Both are the module's. The code that
// saves, converts and checks values is the host's, so that it exists only once.
// A change here increments kAbiVersion (build_info.h).

namespace relib::internal {

enum class StateKind : uint8_t {
  kScalar = 1,
  kEnum,
  kPointer,
  // Trivially copyable, with unknown fields: carried over unchanged.
  kOpaque,
  kStruct,
  // A fixed number of elements.
  kArray,
  // Vectors, deques, lists and strings.
  kSequence,
  kSet,
  kMap,
  kOptional,
  kVariant,
};
inline constexpr auto kLastStateKind = StateKind::kVariant;

enum class ScalarType : uint8_t {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kFloat,
  kDouble,
  kLongDouble,
};
inline constexpr auto kLastScalarType = ScalarType::kLongDouble;

struct StateType;

struct StateText {
  const char* data;
  size_t size;
};

// A field of a struct, an element of an array, sequence, set or optional, the
// key or value of a map, or an alternative of a variant.
struct StatePart {
  StateText name;
  // The offset in the struct, or in the pair of the map, in bytes.
  size_t offset;
  const StateType* type;
};

struct StateEnumerator {
  StateText name;
  int64_t value;
};

// Functions for objects of one type. Those that don't apply to the type are
// null. Functions that run code of the user return its exception as a failure.
struct StateAccess {
  Failure* (*construct)(void* storage);
  void (*destroy)(void* object);

  // For sequences, sets and maps.
  size_t (*size)(const void* container);
  Failure* (*clear)(void* container);
  // For sequences with contiguous elements.
  const void* (*data)(const void* container);
  // For the other containers: stores the addresses of all size() elements;
  // those of the pairs for a map.
  void (*elements)(const void* container, const void** elements);
  // Appends `count` default elements to a sequence that will have `total`
  // elements. Returns their addresses, which are valid until the next call;
  // only the first one if the elements are contiguous.
  Failure* (*append)(void* container, size_t total, size_t count,
                     void** elements);
  // For sets, maps, and the sequences without append(): moves an element into
  // the container, or a key into a map. Sets `value` to the address of the
  // value of the key, or to null if the key was in the map already.
  Failure* (*insert)(void* container, void* element, void** value);
  // Returns the std::pmr::memory_resource.
  const void* (*resource)(const void* container);

  // For optionals and variants: returns the index of the alternative. That of
  // an optional is 1, or 0 if it is empty; that of a valueless variant is
  // kNoAlternative.
  size_t (*index)(const void* object);
  const void* (*active)(const void* object);
  Failure* (*emplace)(void* object, size_t index, void** value);
};
inline constexpr size_t kNoAlternative = static_cast<size_t>(-1);

struct StateType {
  // For a container, without the template arguments.
  StateText name;
  StateKind kind;
  ScalarType scalar;
  // For a pointer: whether it points to a function.
  bool is_function;
  bool is_trivially_copyable;
  size_t size;
  size_t alignment;
  // For an array: the number of elements.
  size_t count;
  const StatePart* parts;
  size_t part_count;
  const StateEnumerator* enumerators;
  size_t enumerator_count;
  const StateAccess* access;
};

// A type that a module uses through a StateRef.
struct StateRegistration {
  const StateType* type;
  StateRegistration* next;
  // The fingerprint of the module's schema of the type. The host fills it in;
  // it is zero before.
  uint64_t fingerprint;
};

// Defined by RELIB_MIGRATE.
struct StateMigrator {
  const StateType* from;
  const StateType* to;
  Failure* (*run)(const void* old, void* now);
  StateMigrator* next;
};

// The table of a module that includes relib/state/interface.h. The table of
// other modules is empty.
struct StatesTable {
  // The name of the module's standard library. The module can use a
  // std::pmr::memory_resource of the host only if both have the same one.
  StateText standard_library;
  StateRegistration* const* states;
  StateMigrator* const* migrators;
  // Makes `resource` the default resource of std::pmr in the module.
  void (*set_memory_resource)(void* resource);
};

// The target of a StateRef. Owned by the host.
struct StateSlot {
  // Null if the state has no value.
  void* object;
  // The fingerprint of the object's schema.
  uint64_t fingerprint;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_STATE_ABI_H_
