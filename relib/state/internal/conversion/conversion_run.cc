#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/conversion_plan.h"
#include "relib/state/internal/conversion/conversion_runner.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/limits.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {
namespace {

absl::Status Damaged() { return absl::DataLossError("its bytes are damaged"); }

}  // namespace

ConversionRunner::ConversionRunner(ConversionPlan& plan, const StateCode& code,
                                   BytesReader& in)
    : schema_(*plan.from), code_(code), lost_(plan.report.lost), in_(in) {}

void ConversionRunner::Lose(size_t loss) {
  if (loss != kNoLoss) ++lost_[loss].count;
}

absl::Status ConversionRunner::Read(const Node& node, void* to, int depth) {
  if (depth > kMaxStateDepth) return TooDeep();
  const SchemaType& from = At(node.from);
  if (from.is_plain) {
    const char* const bytes = in_.ReadBlock(from.size);
    if (bytes == nullptr) return Damaged();
    return Convert(node, bytes, to, depth);
  }
  switch (node.kind) {
    case Node::Kind::kStruct:
      return ReadStruct(node, to, depth);
    case Node::Kind::kList:
      return from.kind == StateKind::kArray
                 ? ReadElements(node, from.count, to, depth)
                 : ReadList(node, to, depth);
    case Node::Kind::kMap:
      return ReadMap(node, to, depth);
    case Node::Kind::kWrap: {
      void* value = nullptr;
      const absl::Status status = Emplace(node, 1, to, value);
      return status.ok() ? Read(*node.element, value, depth + 1) : status;
    }
    case Node::Kind::kUnwrap:
    case Node::Kind::kOptional:
    case Node::Kind::kVariant:
      return ReadAlternative(node, to, depth);
    default:
      return Damaged();
  }
}

absl::Status ConversionRunner::ReadStruct(const Node& node, void* to,
                                          int depth) {
  const BytesReader begin = in_;
  for (const Node::Member& member : node.members) {
    char* const target = static_cast<char*>(to) + member.to_offset;
    const absl::Status status = member.node == nullptr
                                    ? Skip(member.from_type, depth + 1)
                                    : Read(*member.node, target, depth + 1);
    if (!status.ok()) return status;
  }
  if (node.migrators.empty()) return absl::OkStatus();
  const BytesReader end = in_;
  const absl::Status status =
      Migrate(node, to, [&](const Node& old, void* object) {
        in_ = begin;
        return Read(old, object, depth + 1);
      });
  in_ = end;
  return status;
}

absl::Status ConversionRunner::ReadList(const Node& node, void* to, int depth) {
  const SchemaType& element = At(At(node.from).parts[0].type);
  const uint64_t count = in_.ReadNumber();
  if (!in_.ok() || !in_.MayHold(count, element.is_plain ? element.size : 1)) {
    return Damaged();
  }
  if (!element.is_plain) return ReadElements(node, count, to, depth);
  const char* const block = in_.ReadBlock(count * element.size);
  if (block == nullptr) return Damaged();
  return ConvertBlock(node, block, count, to, depth);
}

absl::Status ConversionRunner::ReadElements(const Node& node, size_t count,
                                            void* to, int depth) {
  const Node& element = *node.element;
  const auto read_one = [&](size_t, void* target) {
    return Read(element, target, depth + 1);
  };
  const auto read_many = [&](size_t, char* target, size_t size) {
    for (size_t i = 0; i < size; ++i) {
      const absl::Status status =
          Read(element, target + i * element.to->size, depth + 1);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  };
  return FillList(node, count, to, depth, {read_one, read_many});
}

absl::Status ConversionRunner::ReadMap(const Node& node, void* to, int depth) {
  const StateType& map = *node.to;
  const StateType& key = *map.parts[0].type;
  const uint64_t count = in_.ReadNumber();
  if (!in_.ok() || !in_.MayHold(count, 2)) return Damaged();
  absl::Status status = Clear(map, to);
  if (!status.ok()) return status;
  const ElementStorage storage(key.size, key.alignment);
  for (uint64_t i = 0; i < count; ++i) {
    void* value = nullptr;
    status = Insert(
        node, key, storage.get(), to,
        [&] { return Read(*node.key, storage.get(), depth + 1); }, &value);
    if (!status.ok()) return status;
    status = value == nullptr ? Skip(node.element->from, depth + 1)
                              : Read(*node.element, value, depth + 1);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ConversionRunner::ReadAlternative(const Node& node, void* to,
                                               int depth) {
  const SchemaType& from = At(node.from);
  const bool was_optional = from.kind == StateKind::kOptional;
  const uint64_t index = in_.ReadNumber();
  if (!in_.ok()) return Damaged();
  const bool is_empty = was_optional ? index == 0 : index == kNoAlternative;
  if (!is_empty && index >= (was_optional ? 2 : from.parts.size())) {
    return Damaged();
  }
  if (node.kind == Node::Kind::kUnwrap) {
    if (is_empty) Lose(node.loss);
    return is_empty ? absl::OkStatus() : Read(*node.element, to, depth + 1);
  }
  // A variant without a value gets the default of the new code.
  if (is_empty && !was_optional) return absl::OkStatus();
  void* value = nullptr;
  const size_t now = was_optional ? index : node.alternative_indices[index];
  absl::Status status = Emplace(node, now, to, value);
  if (!status.ok() || is_empty) return status;
  return Read(was_optional ? *node.element : *node.alternatives[index], value,
              depth + 1);
}

absl::Status ConversionRunner::Skip(size_t index, int depth) {
  if (depth > kMaxStateDepth) return TooDeep();
  const SchemaType& type = At(index);
  if (type.is_plain) {
    return in_.ReadBlock(type.size) == nullptr ? Damaged() : absl::OkStatus();
  }
  switch (type.kind) {
    case StateKind::kStruct:
      return SkipParts(type, depth);
    case StateKind::kOptional:
    case StateKind::kVariant:
      return SkipAlternative(type, depth);
    default:
      return SkipElements(type, depth);
  }
}

absl::Status ConversionRunner::SkipParts(const SchemaType& type, int depth) {
  for (const SchemaPart& part : type.parts) {
    const absl::Status status = Skip(part.type, depth + 1);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ConversionRunner::SkipAlternative(const SchemaType& type,
                                               int depth) {
  const bool is_optional = type.kind == StateKind::kOptional;
  const uint64_t index = in_.ReadNumber();
  if (!in_.ok()) return Damaged();
  if (index == (is_optional ? 0 : kNoAlternative)) return absl::OkStatus();
  if (index >= (is_optional ? 2 : type.parts.size())) return Damaged();
  return Skip(type.parts[is_optional ? 0 : index].type, depth + 1);
}

absl::Status ConversionRunner::SkipElements(const SchemaType& type, int depth) {
  const bool is_array = type.kind == StateKind::kArray;
  const uint64_t count = is_array ? type.count : in_.ReadNumber();
  const SchemaType& element = At(type.parts[0].type);
  if (!in_.ok() || !in_.MayHold(count, element.is_plain ? element.size : 1)) {
    return Damaged();
  }
  if (element.is_plain && !is_array && type.kind != StateKind::kMap) {
    return in_.ReadBlock(count * element.size) == nullptr ? Damaged()
                                                          : absl::OkStatus();
  }
  for (uint64_t i = 0; i < count; ++i) {
    const absl::Status status = SkipParts(type, depth);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ConversionRunner::Migrate(const Node& node, void* to,
                                       FillOld fill_old) {
  for (const Node::Migrator& migrator : node.migrators) {
    const StateType& old = *migrator.migrator->from;
    const ElementStorage storage(old.size, old.alignment);
    absl::Status status =
        code_.Call([&] { return old.access->construct(storage.get()); });
    if (!status.ok()) return status;
    status = fill_old(*migrator.node, storage.get());
    if (status.ok()) {
      status =
          code_.Call([&] { return migrator.migrator->run(storage.get(), to); });
    }
    status.Update(code_.Call([&]() -> Failure* {
      old.access->destroy(storage.get());
      return nullptr;
    }));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ConversionRunner::Emplace(const Node& node, size_t index, void* to,
                                       void*& value) const {
  return code_.Call(
      [&] { return node.to->access->emplace(to, index, &value); });
}

absl::Status ConversionRunner::Clear(const StateType& container,
                                     void* to) const {
  return code_.Call([&]() -> Failure* {
    return container.access->size(to) == 0 ? nullptr
                                           : container.access->clear(to);
  });
}

absl::Status ConversionRunner::Insert(const Node& node,
                                      const StateType& element, void* storage,
                                      void* to,
                                      absl::FunctionRef<absl::Status()> fill,
                                      void** value) {
  absl::Status status =
      code_.Call([&] { return element.access->construct(storage); });
  if (!status.ok()) return status;
  status = fill();
  void* added = nullptr;
  if (status.ok()) {
    status = code_.Call(
        [&] { return node.to->access->insert(to, storage, &added); });
    if (status.ok() && added == nullptr) Lose(node.loss);
  }
  status.Update(code_.Call([&]() -> Failure* {
    element.access->destroy(storage);
    return nullptr;
  }));
  if (value != nullptr) *value = added;
  return status;
}

}  // namespace relib::internal
