#ifndef RELIB_INTERNAL_BOUNDARY_STATE_ABI_H_
#define RELIB_INTERNAL_BOUNDARY_STATE_ABI_H_

#include <cstddef>
#include <cstdint>

#include "relib/internal/boundary/abi.h"

// What a module says of the types of its states, and how the host gets at
// objects of them: constants and functions of the module. The host does the
// rest, so that saving, converting and checking is there once and not in every
// module. A part of what kAbiVersion counts.

namespace relib::internal {

enum class StateKind : uint8_t {
  kScalar = 1,
  kEnum,
  kPointer,
  // Trivially copyable, and not to be seen into: carried over as it is.
  kOpaque,
  kStruct,
  // Of a fixed number of elements.
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

// A field of a struct; the element of an array, sequence, set or optional; key
// and value of a map; an alternative of a variant.
struct StatePart {
  StateText name;
  // In the struct, or in the pair of the map.
  size_t offset;
  const StateType* type;
};

struct StateEnumerator {
  StateText name;
  int64_t value;
};

// Functions for objects of one type: null where they mean nothing. Those that
// return a failure may throw inside.
struct StateAccess {
  Failure* (*construct)(void* storage);
  void (*destroy)(void* object);

  // Sequences, sets, maps.
  size_t (*size)(const void* container);
  Failure* (*clear)(void* container);
  // Of a sequence whose elements lie side by side.
  const void* (*data)(const void* container);
  // Of the others: fills as many addresses as size() says. Of a map, those of
  // its pairs.
  void (*elements)(const void* container, const void** elements);
  // Adds `count` elements with their defaults to a sequence that will have
  // `total`. Their addresses, valid until the next call; the first one alone if
  // they lie side by side.
  Failure* (*append)(void* container, size_t total, size_t count,
                     void** elements);
  // Sets, maps, and the sequences without append(): moves an element, of a map
  // a key, into the container. `value` becomes the address of what belongs to
  // the key, or null if it was there before.
  Failure* (*insert)(void* container, void* element, void** value);
  // The std::pmr::memory_resource.
  const void* (*resource)(const void* container);

  // Optionals and variants. An optional has the index 1, or 0 if it is empty; a
  // variant without a value has kNoAlternative.
  size_t (*index)(const void* object);
  const void* (*active)(const void* object);
  Failure* (*emplace)(void* object, size_t index, void** value);
};
inline constexpr size_t kNoAlternative = static_cast<size_t>(-1);

struct StateType {
  // Of a container, without the arguments.
  StateText name;
  StateKind kind;
  ScalarType scalar;
  // Of a pointer: to a function.
  bool is_function;
  bool is_trivially_copyable;
  size_t size;
  size_t alignment;
  // Of an array: its elements.
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
  // That of the module's schema of the type, filled in by the host; zero
  // before.
  uint64_t fingerprint;
};

// A RELIB_MIGRATE.
struct StateMigrator {
  const StateType* from;
  const StateType* to;
  Failure* (*run)(const void* old, void* now);
  StateMigrator* next;
};

// Of a module that includes relib/state/interface.h.
struct StatesTable {
  // Of the module's standard library: std::pmr is the host's if it has the same
  // one.
  StateText standard_library;
  StateRegistration* const* states;
  StateMigrator* const* migrators;
  // Makes it the default resource of std::pmr in the module.
  void (*set_memory_resource)(void* resource);
};

// What a StateRef points to. Lives in the host.
struct StateSlot {
  // Null: there is none.
  void* object;
  // Of the schema of the object.
  uint64_t fingerprint;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_STATE_ABI_H_
