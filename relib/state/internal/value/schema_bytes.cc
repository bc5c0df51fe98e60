#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/nesting.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {
namespace {

// Limits for schemas in files, far beyond those of real programs.
constexpr size_t kMaxTypes = 100'000;
constexpr size_t kMaxTypeSize = size_t{1} << 40;

size_t SizeOfScalar(ScalarType type) {
  switch (type) {
    case ScalarType::kBool:
      return sizeof(bool);
    case ScalarType::kInt8:
    case ScalarType::kUint8:
      return 1;
    case ScalarType::kInt16:
    case ScalarType::kUint16:
      return 2;
    case ScalarType::kInt32:
    case ScalarType::kUint32:
      return 4;
    case ScalarType::kInt64:
    case ScalarType::kUint64:
      return 8;
    case ScalarType::kFloat:
      return sizeof(float);
    case ScalarType::kDouble:
      return sizeof(double);
    case ScalarType::kLongDouble:
      return sizeof(long double);
  }
  return 0;
}

// Checks everything about a type that doesn't depend on other types.
bool IsSane(const SchemaType& type, size_t type_count) {
  if (type.size == 0 || type.size > kMaxTypeSize) return false;
  if (type.alignment == 0 || type.alignment > 4096 ||
      (type.alignment & (type.alignment - 1)) != 0) {
    return false;
  }
  for (const SchemaPart& part : type.parts) {
    if (part.type >= type_count) return false;
  }
  switch (type.kind) {
    case StateKind::kScalar:
    case StateKind::kEnum:
      return type.size == SizeOfScalar(type.scalar) && type.parts.empty();
    case StateKind::kPointer:
      return type.size == sizeof(void*) && type.parts.empty();
    case StateKind::kOpaque:
      return type.parts.empty();
    case StateKind::kStruct:
    case StateKind::kVariant:
      return true;
    case StateKind::kArray:
      return type.parts.size() == 1 && type.count > 0 &&
             type.count <= kMaxTypeSize;
    case StateKind::kSequence:
    case StateKind::kSet:
    case StateKind::kOptional:
      return type.parts.size() == 1;
    case StateKind::kMap:
      return type.parts.size() == 2;
  }
  return false;
}

// Checks that the parts of a type fit into it.
bool PartsFit(const SchemaType& type, const std::vector<SchemaType>& types) {
  if (type.kind == StateKind::kStruct) {
    for (const SchemaPart& part : type.parts) {
      const SchemaType& field = types[part.type];
      if (field.size > type.size || part.offset > type.size - field.size) {
        return false;
      }
    }
  }
  if (type.kind == StateKind::kArray) {
    const SchemaType& element = types[type.parts.front().type];
    return type.count <= type.size / element.size;
  }
  if (type.kind == StateKind::kMap) {
    for (const SchemaPart& part : type.parts) {
      if (part.offset > kMaxTypeSize) return false;
    }
  }
  return true;
}

}  // namespace

std::string Schema::ToBytes() const {
  Bytes out;
  out.AppendNumber(types_.size());
  for (const SchemaType& type : types_) {
    out.AppendNumber(static_cast<uint64_t>(type.kind) |
                     static_cast<uint64_t>(type.scalar) << 8 |
                     static_cast<uint64_t>(type.is_function) << 16 |
                     static_cast<uint64_t>(type.is_trivially_copyable) << 17);
    out.AppendText(type.name);
    out.AppendNumber(type.size);
    out.AppendNumber(type.alignment);
    out.AppendNumber(type.count);
    out.AppendNumber(type.parts.size());
    for (const SchemaPart& part : type.parts) {
      out.AppendText(part.name);
      out.AppendNumber(part.offset);
      out.AppendNumber(part.type);
    }
    out.AppendNumber(type.enumerators.size());
    for (const SchemaEnumerator& enumerator : type.enumerators) {
      out.AppendText(enumerator.name);
      out.AppendNumber(static_cast<uint64_t>(enumerator.value));
    }
  }
  return std::move(out).TakeBytes();
}

absl::StatusOr<std::shared_ptr<const Schema>> Schema::Parse(
    std::string_view bytes) {
  BytesReader in(bytes);
  auto schema = std::shared_ptr<Schema>(new Schema());
  const uint64_t type_count = in.ReadNumber();
  bool sane = type_count > 0 && type_count <= kMaxTypes &&
              in.MayHold(type_count, sizeof(uint64_t));
  for (uint64_t i = 0; sane && in.ok() && i < type_count; ++i) {
    const uint64_t flags = in.ReadNumber();
    const uint64_t kind = flags & 0xff;
    const uint64_t scalar = flags >> 8 & 0xff;
    sane = flags >> 18 == 0 && kind > 0 &&
           kind <= static_cast<uint64_t>(kLastStateKind) &&
           scalar <= static_cast<uint64_t>(kLastScalarType);
    SchemaType type = {.kind = static_cast<StateKind>(kind),
                       .scalar = static_cast<ScalarType>(scalar),
                       .is_function = (flags >> 16 & 1) != 0,
                       .is_trivially_copyable = (flags >> 17 & 1) != 0,
                       .name = std::string(in.ReadText()),
                       .size = in.ReadNumber(),
                       .alignment = in.ReadNumber(),
                       .count = in.ReadNumber(),
                       .parts = {},
                       .enumerators = {}};
    const uint64_t part_count = in.ReadNumber();
    if (!in.MayHold(part_count, sizeof(uint64_t))) in.Fail();
    for (uint64_t part = 0; in.ok() && part < part_count; ++part) {
      SchemaPart field;
      field.name = std::string(in.ReadText());
      field.offset = in.ReadNumber();
      field.type = in.ReadNumber();
      type.parts.push_back(std::move(field));
    }
    const uint64_t enumerator_count = in.ReadNumber();
    if (!in.MayHold(enumerator_count, sizeof(uint64_t))) in.Fail();
    for (uint64_t at = 0; in.ok() && at < enumerator_count; ++at) {
      SchemaEnumerator enumerator;
      enumerator.name = std::string(in.ReadText());
      enumerator.value = static_cast<int64_t>(in.ReadNumber());
      type.enumerators.push_back(std::move(enumerator));
    }
    sane = sane && IsSane(type, type_count);
    schema->types_.push_back(std::move(type));
  }
  sane = sane && in.ok() && in.at_end();
  if (sane) {
    Nesting nesting(schema->types_);
    for (size_t i = 0; sane && i < schema->types_.size(); ++i) {
      sane = nesting.Visit(i) && PartsFit(schema->types_[i], schema->types_);
    }
  }
  if (!sane) {
    return absl::InvalidArgumentError(
        "its description of the types is damaged");
  }
  schema->Finish();
  return schema;
}

}  // namespace relib::internal
