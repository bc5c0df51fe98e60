#ifndef RELIB_STATE_INTERNAL_VALUE_VISIT_H_
#define RELIB_STATE_INTERNAL_VALUE_VISIT_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"

// Finds the parts of an object by its schema and the module's code.

namespace relib::internal {

// The elements of an array, sequence, set or map. The elements of a map are its
// pairs.
struct Elements {
  const void* at(size_t index) const {
    return stride != 0 ? data + index * stride : pointers[index];
  }

  size_t count = 0;
  // For contiguous elements. Zero for others, whose addresses are in
  // `pointers`.
  size_t stride = 0;
  const char* data = nullptr;
  std::vector<const void*> pointers;
};
// Returns the elements of an object of the type at `index` of the schema.
absl::StatusOr<Elements> ElementsOf(const BoundSchema& type, size_t index,
                                    const void* object);

// The value of an optional or variant.
struct Alternative {
  // The result of StateAccess::index().
  size_t index = 0;
  // Null if the object is empty.
  const void* value = nullptr;
  // The index of the value's type in SchemaType::parts.
  size_t part = 0;
};
absl::StatusOr<Alternative> AlternativeOf(const BoundSchema& type, size_t index,
                                          const void* object);

// Calls visit_part(part, element, address) for each part of an object of the
// type at `index` of the schema; `element` counts the elements of arrays and
// containers. Before, calls on_elements(elements) for an array or container,
// which returns false if the elements needn't be visited, or
// on_alternative(alternative) for an optional or variant. An error of
// visit_part() ends the visit.
template <typename OnElements, typename OnAlternative, typename VisitPart>
absl::Status VisitParts(const BoundSchema& type, size_t index,
                        const void* object, const OnElements& on_elements,
                        const OnAlternative& on_alternative,
                        const VisitPart& visit_part) {
  const SchemaType& here = type.schema->types()[index];
  switch (here.kind) {
    case StateKind::kStruct:
      for (const SchemaPart& part : here.parts) {
        const absl::Status status =
            visit_part(part, 0, static_cast<const char*>(object) + part.offset);
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    case StateKind::kArray:
    case StateKind::kSequence:
    case StateKind::kSet:
    case StateKind::kMap: {
      const absl::StatusOr<Elements> elements = ElementsOf(type, index, object);
      if (!elements.ok()) return elements.status();
      if (!on_elements(*elements)) return absl::OkStatus();
      for (size_t i = 0; i < elements->count; ++i) {
        const char* const element = static_cast<const char*>(elements->at(i));
        for (const SchemaPart& part : here.parts) {
          const absl::Status status =
              visit_part(part, i, element + part.offset);
          if (!status.ok()) return status;
        }
      }
      return absl::OkStatus();
    }
    case StateKind::kOptional:
    case StateKind::kVariant: {
      const absl::StatusOr<Alternative> alternative =
          AlternativeOf(type, index, object);
      if (!alternative.ok()) return alternative.status();
      on_alternative(*alternative);
      if (alternative->value == nullptr) return absl::OkStatus();
      return visit_part(here.parts[alternative->part], 0,
                        static_cast<const char*>(alternative->value));
    }
    default:
      return absl::OkStatus();
  }
}

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_VISIT_H_
