#ifndef RELIB_STATE_INTERNAL_OBJECT_H_
#define RELIB_STATE_INTERNAL_OBJECT_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/bytes.h"
#include "relib/state/internal/code.h"
#include "relib/state/internal/schema.h"

namespace relib::internal {

// A type, and the code for it: valid while the module is loaded.
struct BoundSchema {
  static BoundSchema Of(const StateType& root,
                        std::shared_ptr<const StateCode> code) {
    BoundSchema bound;
    bound.schema = Schema::Of(root, &bound.types);
    bound.code = std::move(code);
    return bound;
  }

  std::shared_ptr<const Schema> schema;
  // Of each type of the schema.
  std::vector<const StateType*> types;
  std::shared_ptr<const StateCode> code;
};

// An object of the root type in memory of the host, with its defaults.
absl::StatusOr<void*> CreateObject(const BoundSchema& type);
// With the module's code for it; or without, when that can't be called. Then
// what the object holds is lost.
void DestroyObject(const BoundSchema& type, void* object) noexcept;
void DropObject(const Schema& schema, void* object) noexcept;

// The value of an object, as a Conversion reads it.
absl::Status Encode(const BoundSchema& type, const void* object, Bytes& out);

// Room for an element.
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

// The elements of a container: where they lie. With `stride` zero, `pointers`
// has the addresses.
struct Elements {
  size_t count = 0;
  const char* data = nullptr;
  size_t stride = 0;
  std::vector<const void*> pointers;

  const void* at(size_t index) const {
    return stride != 0 ? data + index * stride : pointers[index];
  }
};
absl::StatusOr<Elements> ElementsOf(const BoundSchema& type, size_t index,
                                    const void* container);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_OBJECT_H_
