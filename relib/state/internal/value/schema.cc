#include "relib/state/internal/value/schema.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/nesting.h"

namespace relib::internal {
namespace {

// Returns the FNV-1a hash, but never zero.
uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  return hash == 0 ? 1 : hash;
}

bool IsPlainByItself(StateKind kind) {
  return kind == StateKind::kScalar || kind == StateKind::kEnum ||
         kind == StateKind::kPointer || kind == StateKind::kOpaque;
}

bool IsPlainIfItsPartsAre(StateKind kind) {
  return kind == StateKind::kStruct || kind == StateKind::kArray;
}

// Returns true if the name of the type is followed by those of its parts.
bool HasArguments(const SchemaType& type) {
  switch (type.kind) {
    case StateKind::kSequence:
      return type.name != "std::pmr::string";
    case StateKind::kArray:
    case StateKind::kSet:
    case StateKind::kMap:
    case StateKind::kOptional:
    case StateKind::kVariant:
      return true;
    default:
      return type.name == "std::pair" || type.name == "std::tuple";
  }
}

}  // namespace

void Schema::MarkPointers() {
  // From the pointers to the types that contain them. Types may contain
  // themselves through a container.
  std::vector<std::vector<size_t>> users(types_.size());
  std::vector<size_t> marked;
  for (size_t i = 0; i < types_.size(); ++i) {
    for (const SchemaPart& part : types_[i].parts) {
      users[part.type].push_back(i);
    }
    if (types_[i].has_pointers) marked.push_back(i);
  }
  while (!marked.empty()) {
    const size_t type = marked.back();
    marked.pop_back();
    for (const size_t user : users[type]) {
      if (std::exchange(types_[user].has_pointers, true)) continue;
      marked.push_back(user);
    }
  }
}

void Schema::Finish() {
  Nesting nesting(types_);
  for (size_t i = 0; i < types_.size(); ++i) nesting.Visit(i);
  for (const size_t i : nesting.order()) {
    SchemaType& type = types_[i];
    const auto is_plain = [&](const SchemaPart& part) {
      return types_[part.type].is_plain;
    };
    type.is_plain =
        IsPlainByItself(type.kind) ||
        (IsPlainIfItsPartsAre(type.kind) &&
         std::all_of(type.parts.begin(), type.parts.end(), is_plain));
    type.has_pointers = type.kind == StateKind::kPointer;
  }
  MarkPointers();
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
                       .name = std::string(ViewOf(from.name)),
                       .size = from.size,
                       .alignment = from.alignment,
                       .count = from.count,
                       .parts = {},
                       .enumerators = {}};
    for (size_t part = 0; part < from.part_count; ++part) {
      type.parts.push_back({.name = std::string(ViewOf(from.parts[part].name)),
                            .offset = from.parts[part].offset,
                            .type = index_of(from.parts[part].type)});
    }
    for (size_t at = 0; at < from.enumerator_count; ++at) {
      type.enumerators.push_back(
          {.name = std::string(ViewOf(from.enumerators[at].name)),
           .value = from.enumerators[at].value});
    }
    schema->types_.push_back(std::move(type));
  }
  schema->Finish();
  if (types != nullptr) *types = std::move(found);
  return schema;
}

std::string Schema::NameOf(size_t index) const {
  // A recursive type has no end, and a hostile one may be huge.
  constexpr int kMaxDepth = 8;
  constexpr size_t kMaxText = 400;
  constexpr size_t kMaxName = 1000;
  std::string text;
  const auto append = [&](const auto& self, size_t at, int depth) -> void {
    const SchemaType& type = types_[at];
    if (depth > kMaxDepth || text.size() > kMaxText) {
      text += "...";
      return;
    }
    if (type.kind == StateKind::kArray && type.name.empty()) {
      self(self, type.parts.front().type, depth + 1);
      absl::StrAppend(&text, "[", type.count, "]");
      return;
    }
    text += type.name.substr(0, kMaxName);
    if (type.name.size() > kMaxName) text += "...";
    if (!HasArguments(type)) return;
    text += "<";
    for (size_t i = 0; i < type.parts.size(); ++i) {
      if (text.size() > kMaxText) {
        text += "...";
        break;
      }
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

}  // namespace relib::internal
