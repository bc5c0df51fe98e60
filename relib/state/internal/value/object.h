#ifndef RELIB_STATE_INTERNAL_VALUE_OBJECT_H_
#define RELIB_STATE_INTERNAL_VALUE_OBJECT_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {

// A type with the module's code for it. Valid while the module is loaded.
struct BoundSchema {
  static BoundSchema Of(const StateType& root,
                        std::shared_ptr<const StateCode> code);

  std::shared_ptr<const Schema> schema;
  // The module's description of each type of the schema.
  std::vector<const StateType*> types;
  std::shared_ptr<const StateCode> code;
};

// Makes an object of the root type, with its defaults, in memory of the host.
absl::StatusOr<void*> CreateObject(const BoundSchema& type);
// Destroys the object with the module's code and frees its memory.
void DestroyObject(const BoundSchema& type, void* object) noexcept;
// Frees the memory of the object without destroying it, for modules whose code
// can't be called any more. Leaks everything that the object owns.
void DropObject(const Schema& schema, void* object) noexcept;

// Uninitialized memory for one object.
class ElementStorage {
 public:
  ElementStorage(size_t size, size_t alignment);
  ElementStorage(const ElementStorage&) = delete;
  ElementStorage& operator=(const ElementStorage&) = delete;
  ~ElementStorage();

  void* get() const { return memory_; }

 private:
  size_t size_;
  size_t alignment_;
  void* memory_;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_OBJECT_H_
