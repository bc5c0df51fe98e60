#include "relib/state/internal/object.h"

#include <cstddef>
#include <cstdint>
#include <new>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/loader/state_memory.h"
#include "relib/state/internal/bytes.h"
#include "relib/state/internal/limits.h"
#include "relib/state/internal/schema.h"

namespace relib::internal {

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
  // What crashes here has been told; the rest of it is lost.
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

absl::StatusOr<Elements> ElementsOf(const BoundSchema& type, size_t index,
                                    const void* container) {
  const StateAccess& access = *type.types[index]->access;
  Elements elements;
  absl::Status status = type.code->Call([&]() -> Failure* {
    elements.count = access.size(container);
    if (access.data != nullptr) {
      elements.data = static_cast<const char*>(access.data(container));
    }
    return nullptr;
  });
  if (status.ok() && access.data != nullptr) {
    const SchemaType& here = type.schema->types()[index];
    elements.stride = type.schema->types()[here.parts.front().type].size;
  } else if (status.ok()) {
    elements.pointers.resize(elements.count);
    status = type.code->Call([&]() -> Failure* {
      access.elements(container, elements.pointers.data());
      return nullptr;
    });
  }
  if (!status.ok()) return status;
  return elements;
}

namespace {

class Encoder {
 public:
  Encoder(const BoundSchema& type, Bytes& out) : type_(type), out_(out) {}

  absl::Status Encode(size_t index, const void* object, int depth) {
    if (depth > kMaxStateDepth) return TooDeep();
    const SchemaType& type = At(index);
    if (type.is_plain) {
      out_.AppendBlock(object, type.size);
      return absl::OkStatus();
    }
    switch (type.kind) {
      case StateKind::kStruct:
        for (const SchemaPart& part : type.parts) {
          absl::Status status =
              Encode(part.type, Offset(object, part.offset), depth + 1);
          if (!status.ok()) return status;
        }
        return absl::OkStatus();
      case StateKind::kArray: {
        const size_t element = type.parts.front().type;
        for (size_t i = 0; i < type.count; ++i) {
          absl::Status status =
              Encode(element, Offset(object, i * At(element).size), depth + 1);
          if (!status.ok()) return status;
        }
        return absl::OkStatus();
      }
      case StateKind::kSequence:
      case StateKind::kSet:
      case StateKind::kMap:
        return EncodeContainer(index, object, depth);
      default:
        return EncodeAlternative(index, object, depth);
    }
  }

 private:
  const SchemaType& At(size_t index) const {
    return type_.schema->types()[index];
  }
  static const char* Offset(const void* object, size_t offset) {
    return static_cast<const char*>(object) + offset;
  }

  absl::Status EncodeContainer(size_t index, const void* object, int depth) {
    const absl::StatusOr<Elements> elements = ElementsOf(type_, index, object);
    if (!elements.ok()) return elements.status();
    const SchemaType& type = At(index);
    out_.AppendNumber(elements->count);
    const SchemaType& first = At(type.parts.front().type);
    if (type.kind != StateKind::kMap && first.is_plain) {
      if (elements->stride != 0) {
        out_.AppendBlock(elements->data, elements->count * elements->stride);
      } else {
        for (const void* const element : elements->pointers) {
          out_.AppendToBlock(element, first.size);
        }
      }
      return absl::OkStatus();
    }
    const bool is_map = type.kind == StateKind::kMap;
    for (size_t i = 0; i < elements->count; ++i) {
      for (const SchemaPart& part : type.parts) {
        const void* const element =
            is_map ? Offset(elements->at(i), part.offset) : elements->at(i);
        absl::Status status = Encode(part.type, element, depth + 1);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status EncodeAlternative(size_t index, const void* object, int depth) {
    const StateAccess& access = *type_.types[index]->access;
    const SchemaType& type = At(index);
    size_t alternative = kNoAlternative;
    const void* value = nullptr;
    absl::Status status = type_.code->Call([&]() -> Failure* {
      alternative = access.index(object);
      const bool is_empty =
          alternative == kNoAlternative ||
          (type.kind == StateKind::kOptional && alternative == 0);
      if (!is_empty) value = access.active(object);
      return nullptr;
    });
    if (!status.ok()) return status;
    out_.AppendNumber(alternative);
    if (value == nullptr) return absl::OkStatus();
    const size_t part = type.kind == StateKind::kOptional ? 0 : alternative;
    return Encode(type.parts[part].type, value, depth + 1);
  }

  const BoundSchema& type_;
  Bytes& out_;
};

}  // namespace

absl::Status Encode(const BoundSchema& type, const void* object, Bytes& out) {
  return Encoder(type, out).Encode(0, object, 0);
}

absl::Status TooDeep() {
  return absl::InvalidArgumentError(
      absl::StrCat("its value is nested more than ", kMaxStateDepth, " deep"));
}

}  // namespace relib::internal
