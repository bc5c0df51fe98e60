#include "relib/state/internal/value/visit.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {

absl::StatusOr<Elements> ElementsOf(const BoundSchema& type, size_t index,
                                    const void* object) {
  const SchemaType& here = type.schema->types()[index];
  const size_t size = type.schema->types()[here.parts.front().type].size;
  Elements elements;
  if (here.kind == StateKind::kArray) {
    elements.count = here.count;
    elements.stride = size;
    elements.data = static_cast<const char*>(object);
    return elements;
  }
  const StateAccess& access = *type.types[index]->access;
  absl::Status status = type.code->Call([&]() -> Failure* {
    elements.count = access.size(object);
    if (access.data != nullptr) {
      elements.data = static_cast<const char*>(access.data(object));
    }
    return nullptr;
  });
  if (status.ok() && access.data != nullptr) {
    elements.stride = size;
  } else if (status.ok()) {
    elements.pointers.resize(elements.count);
    status = type.code->Call([&]() -> Failure* {
      access.elements(object, elements.pointers.data());
      return nullptr;
    });
  }
  if (!status.ok()) return status;
  return elements;
}

absl::StatusOr<Alternative> AlternativeOf(const BoundSchema& type, size_t index,
                                          const void* object) {
  const StateAccess& access = *type.types[index]->access;
  const bool is_optional =
      type.schema->types()[index].kind == StateKind::kOptional;
  Alternative alternative;
  absl::Status status = type.code->Call([&]() -> Failure* {
    alternative.index = access.index(object);
    const bool is_empty =
        alternative.index == (is_optional ? 0 : kNoAlternative);
    if (!is_empty) alternative.value = access.active(object);
    return nullptr;
  });
  if (!status.ok()) return status;
  if (!is_optional) alternative.part = alternative.index;
  return alternative;
}

}  // namespace relib::internal
