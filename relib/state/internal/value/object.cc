#include "relib/state/internal/value/object.h"

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/states/state_memory.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {

BoundSchema BoundSchema::Of(const StateType& root,
                            std::shared_ptr<const StateCode> code) {
  BoundSchema bound;
  bound.schema = Schema::Of(root, &bound.types);
  bound.code = std::move(code);
  return bound;
}

absl::StatusOr<void*> CreateObject(const BoundSchema& type) {
  const SchemaType& root = type.schema->root();
  void* const object = StateMemory()->allocate(root.size, root.alignment);
  absl::Status status = type.code->Call(
      [&] { return type.types.front()->access->construct(object); });
  if (!status.ok()) {
    DropObject(*type.schema, object);
    return status;
  }
  return object;
}

void DestroyObject(const BoundSchema& type, void* object) noexcept {
  // A crash in here is reported by the module; what remains of the object
  // leaks.
  type.code
      ->Call([&]() -> Failure* {
        type.types.front()->access->destroy(object);
        return nullptr;
      })
      .IgnoreError();
  DropObject(*type.schema, object);
}

void DropObject(const Schema& schema, void* object) noexcept {
  StateMemory()->deallocate(object, schema.root().size,
                            schema.root().alignment);
}

ElementStorage::ElementStorage(size_t size, size_t alignment)
    : size_(size),
      alignment_(alignment),
      memory_(::operator new(size, std::align_val_t(alignment))) {}

ElementStorage::~ElementStorage() {
  ::operator delete(memory_, size_, std::align_val_t(alignment_));
}

}  // namespace relib::internal
