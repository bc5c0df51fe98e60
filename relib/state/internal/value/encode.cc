#include "relib/state/internal/value/encode.h"

#include <cstddef>

#include "absl/status/status.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/limits.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/internal/value/visit.h"

namespace relib::internal {
namespace {

class Encoder {
 public:
  Encoder(const BoundSchema& type, Bytes& out) : type_(type), out_(out) {}

  absl::Status Encode(size_t index, const void* object, int depth);

 private:
  const SchemaType& At(size_t index) const {
    return type_.schema->types()[index];
  }

  // Returns false if the elements are written; true if they must be encoded one
  // by one.
  bool BeginElements(const SchemaType& type, const Elements& elements);

  const BoundSchema& type_;
  Bytes& out_;
};

absl::Status Encoder::Encode(size_t index, const void* object, int depth) {
  if (depth > kMaxStateDepth) return TooDeep();
  const SchemaType& type = At(index);
  if (type.is_plain) {
    out_.AppendBlock(object, type.size);
    return absl::OkStatus();
  }
  return VisitParts(
      type_, index, object,
      [&](const Elements& elements) { return BeginElements(type, elements); },
      [&](const Alternative& alternative) {
        out_.AppendNumber(alternative.index);
      },
      [&](const SchemaPart& part, size_t, const char* address) {
        return Encode(part.type, address, depth + 1);
      });
}

bool Encoder::BeginElements(const SchemaType& type, const Elements& elements) {
  if (type.kind == StateKind::kArray) return true;
  out_.AppendNumber(elements.count);
  const SchemaType& element = At(type.parts.front().type);
  if (type.kind == StateKind::kMap || !element.is_plain) return true;
  if (elements.stride != 0) {
    out_.AppendBlock(elements.data, elements.count * elements.stride);
  } else {
    for (const void* const address : elements.pointers) {
      out_.AppendToBlock(address, element.size);
    }
  }
  return false;
}

}  // namespace

absl::Status Encode(const BoundSchema& type, const void* object, Bytes& out) {
  return Encoder(type, out).Encode(0, object, 0);
}

}  // namespace relib::internal
