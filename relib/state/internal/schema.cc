#include "relib/state/internal/schema.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/manifest/layout_difference.h"
#include "relib/state/internal/bytes.h"

namespace relib::internal {
namespace {

// No program has more; a file may say so.
constexpr size_t kMaxTypes = 100'000;
constexpr size_t kMaxTypeSize = size_t{1} << 40;

std::string ToString(StateText text) {
  return std::string(text.data, text.size);
}

// FNV-1a.
uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  return hash == 0 ? 1 : hash;
}

bool IsOneOf(StateKind kind, std::initializer_list<StateKind> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

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

// What doesn't depend on other types.
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

// A struct or array lies in itself: no type does.
class Nesting {
 public:
  explicit Nesting(const std::vector<SchemaType>& types)
      : types_(types), states_(types.size(), State::kNew) {}

  bool IsFinite(size_t root) {
    std::vector<std::pair<size_t, size_t>> path;
    const auto enter = [&](size_t type) {
      states_[type] = State::kOpen;
      path.emplace_back(type, 0);
    };
    if (states_[root] != State::kNew) return true;
    enter(root);
    while (!path.empty()) {
      auto& [type, next] = path.back();
      const SchemaType& here = types_[type];
      if (!HoldsParts(here) || next == here.parts.size()) {
        states_[type] = State::kDone;
        order_.push_back(type);
        path.pop_back();
        continue;
      }
      const size_t part = here.parts[next++].type;
      if (states_[part] == State::kOpen) return false;
      if (states_[part] == State::kNew) enter(part);
    }
    return true;
  }

  // Parts before what they lie in.
  const std::vector<size_t>& order() const { return order_; }

  static bool HoldsParts(const SchemaType& type) {
    return IsOneOf(type.kind, {StateKind::kStruct, StateKind::kArray,
                               StateKind::kOptional, StateKind::kVariant});
  }

 private:
  enum class State : char { kNew, kOpen, kDone };
  const std::vector<SchemaType>& types_;
  std::vector<State> states_;
  std::vector<size_t> order_;
};

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

void Schema::Finish() {
  Nesting nesting(types_);
  for (size_t i = 0; i < types_.size(); ++i) nesting.IsFinite(i);
  for (const size_t i : nesting.order()) {
    SchemaType& type = types_[i];
    const auto is_plain = [&](const SchemaPart& part) {
      return types_[part.type].is_plain;
    };
    type.is_plain =
        IsOneOf(type.kind, {StateKind::kScalar, StateKind::kEnum,
                            StateKind::kPointer, StateKind::kOpaque}) ||
        (IsOneOf(type.kind, {StateKind::kStruct, StateKind::kArray}) &&
         std::all_of(type.parts.begin(), type.parts.end(), is_plain));
    type.has_pointers = type.kind == StateKind::kPointer;
  }
  // Types may hold themselves, by way of a container.
  for (bool changed = true; changed;) {
    changed = false;
    for (SchemaType& type : types_) {
      if (type.has_pointers) continue;
      for (const SchemaPart& part : type.parts) {
        if (types_[part.type].has_pointers) type.has_pointers = true;
      }
      changed |= type.has_pointers;
    }
  }
  bytes_ = ToBytes();
  fingerprint_ = HashOf(bytes_);
}

std::shared_ptr<const Schema> Schema::Of(const StateType& root,
                                         std::vector<const StateType*>* types) {
  auto schema = std::shared_ptr<Schema>(new Schema());
  std::map<const StateType*, size_t> indices;
  std::vector<const StateType*> found;
  const auto index_of = [&](const StateType* type) {
    const auto [at, is_new] = indices.try_emplace(type, found.size());
    if (is_new) found.push_back(type);
    return at->second;
  };
  index_of(&root);
  for (size_t i = 0; i < found.size(); ++i) {
    const StateType& from = *found[i];
    SchemaType type = {.kind = from.kind,
                       .scalar = from.scalar,
                       .is_function = from.is_function,
                       .is_trivially_copyable = from.is_trivially_copyable,
                       .name = ToString(from.name),
                       .size = from.size,
                       .alignment = from.alignment,
                       .count = from.count,
                       .parts = {},
                       .enumerators = {}};
    for (size_t part = 0; part < from.part_count; ++part) {
      type.parts.push_back({.name = ToString(from.parts[part].name),
                            .offset = from.parts[part].offset,
                            .type = index_of(from.parts[part].type)});
    }
    for (size_t at = 0; at < from.enumerator_count; ++at) {
      type.enumerators.push_back({.name = ToString(from.enumerators[at].name),
                                  .value = from.enumerators[at].value});
    }
    schema->types_.push_back(std::move(type));
  }
  schema->Finish();
  if (types != nullptr) *types = std::move(found);
  return schema;
}

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
      sane = nesting.IsFinite(i) && PartsFit(schema->types_[i], schema->types_);
    }
  }
  if (!sane) {
    return absl::InvalidArgumentError(
        "its description of the types is damaged");
  }
  schema->Finish();
  return schema;
}

std::string Schema::NameOf(size_t index) const {
  // A recursive type has an end nowhere, and a hostile one late.
  constexpr int kMaxDepth = 8;
  constexpr size_t kMaxText = 400;
  std::string text;
  const auto append = [&](const auto& self, size_t at, int depth) -> void {
    const SchemaType& type = types_[at];
    if (depth > kMaxDepth || text.size() > kMaxText) {
      text += "...";
      return;
    }
    const bool is_string = type.name == "std::pmr::string";
    if (type.kind == StateKind::kArray && type.name.empty()) {
      self(self, type.parts.front().type, depth + 1);
      absl::StrAppend(&text, "[", type.count, "]");
      return;
    }
    text += type.name;
    const bool has_arguments =
        IsOneOf(type.kind,
                {StateKind::kArray, StateKind::kSequence, StateKind::kSet,
                 StateKind::kMap, StateKind::kOptional, StateKind::kVariant}) ||
        type.name == "std::pair" || type.name == "std::tuple";
    if (!has_arguments || is_string) return;
    text += "<";
    for (size_t i = 0; i < type.parts.size(); ++i) {
      if (i > 0) text += ", ";
      self(self, type.parts[i].type, depth + 1);
    }
    if (type.kind == StateKind::kArray)
      absl::StrAppend(&text, ", ", type.count);
    text += ">";
  };
  append(append, index, 0);
  return text;
}

namespace {

// As the record of a module has it.
std::string LayoutText(const Schema& schema, const SchemaType& type) {
  std::string text =
      absl::StrCat("size ", type.size, ", align ", type.alignment);
  std::string_view separator = ": ";
  for (const SchemaPart& part : type.parts) {
    absl::StrAppend(&text, separator, schema.NameOf(part.type), " ", part.name,
                    " @", part.offset);
    separator = "; ";
  }
  if (type.kind == StateKind::kEnum) {
    text = "enum:";
    for (const SchemaEnumerator& enumerator : type.enumerators) {
      absl::StrAppend(&text, " ", enumerator.name, " = ", enumerator.value);
    }
  }
  return text;
}

std::map<std::string, std::string> LayoutTexts(const Schema& schema) {
  std::map<std::string, std::string> texts;
  for (size_t i = 0; i < schema.types().size(); ++i) {
    const SchemaType& type = schema.types()[i];
    if (IsOneOf(type.kind, {StateKind::kStruct, StateKind::kEnum})) {
      texts.try_emplace(schema.NameOf(i), LayoutText(schema, type));
    }
  }
  return texts;
}

}  // namespace

std::string DescribeSchemaDifference(const Schema& host, const Schema& module) {
  const std::map<std::string, std::string> hosts = LayoutTexts(host);
  const std::map<std::string, std::string> modules = LayoutTexts(module);
  std::string text;
  for (const auto& [name, layout] : hosts) {
    const auto other = modules.find(name);
    if (other != modules.end() && other->second != layout) {
      text += DescribeLayoutDifference(name, layout, other->second);
    }
  }
  if (text.empty()) {
    // Other types altogether.
    text =
        DescribeLayoutDifference(host.NameOf(0), LayoutText(host, host.root()),
                                 LayoutText(module, module.root()));
  }
  return text;
}

}  // namespace relib::internal
