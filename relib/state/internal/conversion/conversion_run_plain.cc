#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/conversion_plan.h"
#include "relib/state/internal/conversion/conversion_runner.h"
#include "relib/state/internal/conversion/scalar.h"
#include "relib/state/internal/conversion/strided_copy.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"

// Converts plain values, and fills lists.

namespace relib::internal {

absl::Status ConversionRunner::Convert(const Node& node, const char* from,
                                       void* to, int depth) {
  switch (node.kind) {
    case Node::Kind::kCopy:
      std::memcpy(to, from, node.size);
      return absl::OkStatus();
    case Node::Kind::kScalar:
      if (!node.convert(from, to)) Lose(node.loss);
      return absl::OkStatus();
    case Node::Kind::kEnum:
      ConvertEnum(node, from, to);
      return absl::OkStatus();
    case Node::Kind::kStruct:
      return ConvertStruct(node, from, to, depth);
    case Node::Kind::kWrap: {
      void* value = nullptr;
      const absl::Status status = Emplace(node, 1, to, value);
      return status.ok() ? Convert(*node.element, from, value, depth + 1)
                         : status;
    }
    case Node::Kind::kList:
      return ConvertBlock(node, from, At(node.from).count, to, depth);
    default:
      return absl::DataLossError("its bytes are damaged");
  }
}

absl::Status ConversionRunner::ConvertStruct(const Node& node, const char* from,
                                             void* to, int depth) {
  for (const Node::Member& member : node.members) {
    char* const target = static_cast<char*>(to) + member.to_offset;
    if (member.size != 0) {
      std::memcpy(target, from + member.from_offset, member.size);
    } else if (member.node != nullptr) {
      const absl::Status status =
          Convert(*member.node, from + member.from_offset, target, depth + 1);
      if (!status.ok()) return status;
    }
  }
  if (node.migrators.empty()) return absl::OkStatus();
  return Migrate(node, to, [&](const Node& old, void* object) {
    return Convert(old, from, object, depth + 1);
  });
}

void ConversionRunner::ConvertEnum(const Node& node, const char* from,
                                   void* to) {
  const int64_t value = ReadInteger(At(node.from).scalar, from);
  const auto at =
      std::lower_bound(node.cases.begin(), node.cases.end(), value,
                       [](const Node::EnumCase& enum_case, int64_t number) {
                         return enum_case.from < number;
                       });
  if (at == node.cases.end() || at->from != value) {
    // A number without a name, or a set of flags.
    if (!node.convert(from, to)) Lose(node.loss);
  } else if (at->gone.has_value()) {
    Lose(*at->gone);
  } else {
    WriteInteger(node.to->scalar, at->to, to);
  }
}

absl::Status ConversionRunner::ConvertBlock(const Node& node, const char* from,
                                            size_t count, void* to, int depth) {
  const Node& element = *node.element;
  const size_t stride = At(element.from).size;
  const auto convert_one = [&](size_t index, void* target) {
    return Convert(element, from + index * stride, target, depth + 1);
  };
  const auto convert_many = [&](size_t begin, char* target, size_t size) {
    return ConvertMany(element, from + begin * stride, stride, target,
                       element.to->size, size, depth + 1);
  };
  return FillList(node, count, to, depth, {convert_one, convert_many});
}

absl::Status ConversionRunner::ConvertMany(const Node& node, const char* from,
                                           size_t from_stride, char* to,
                                           size_t to_stride, size_t count,
                                           int depth) {
  if (node.kind == Node::Kind::kCopy && node.size == from_stride &&
      node.size == to_stride) {
    std::memcpy(to, from, count * node.size);
    return absl::OkStatus();
  }
  const bool only_copies =
      node.kind == Node::Kind::kStruct && node.migrators.empty() &&
      std::all_of(node.members.begin(), node.members.end(),
                  [](const Node::Member& member) { return member.size != 0; });
  if (only_copies) {
    for (const Node::Member& member : node.members) {
      CopyStrided(from + member.from_offset, from_stride, to + member.to_offset,
                  to_stride, member.size, count);
    }
    return absl::OkStatus();
  }
  for (size_t i = 0; i < count; ++i) {
    const absl::Status status =
        Convert(node, from + i * from_stride, to + i * to_stride, depth);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ConversionRunner::FillList(const Node& node, size_t count,
                                        void* to, int depth,
                                        const ElementSource& source) {
  if (node.to->kind == StateKind::kArray) {
    return FillArray(node, count, to, depth, source);
  }
  absl::Status status = Clear(*node.to, to);
  if (!status.ok()) return status;
  return node.to->access->append == nullptr
             ? InsertElements(node, count, to, source)
             : AppendElements(node, count, to, source);
}

absl::Status ConversionRunner::FillArray(const Node& node, size_t count,
                                         void* to, int depth,
                                         const ElementSource& source) {
  const size_t kept = std::min<size_t>(count, node.to->count);
  absl::Status status = source.fill_contiguous(0, static_cast<char*>(to), kept);
  for (size_t i = kept; i < count && status.ok(); ++i) {
    Lose(node.loss);
    // Plain elements have been read as one block.
    if (!At(node.element->from).is_plain) {
      status = Skip(node.element->from, depth + 1);
    }
  }
  return status;
}

absl::Status ConversionRunner::InsertElements(const Node& node, size_t count,
                                              void* to,
                                              const ElementSource& source) {
  const StateType& element = *node.to->parts[0].type;
  const ElementStorage storage(element.size, element.alignment);
  for (size_t i = 0; i < count; ++i) {
    const absl::Status status = Insert(node, element, storage.get(), to, [&] {
      return source.fill_one(i, storage.get());
    });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ConversionRunner::AppendElements(const Node& node, size_t count,
                                              void* to,
                                              const ElementSource& source) {
  // The elements are made and filled in batches that fit into the cache.
  constexpr size_t kBatchBytes = 16384;
  const StateType& list = *node.to;
  const size_t batch =
      std::max<size_t>(1, kBatchBytes / list.parts[0].type->size);
  const bool is_contiguous = list.access->data != nullptr;
  std::vector<void*> targets(is_contiguous ? 1 : std::min(batch, count));
  // Don't allocate memory for a count that untrusted bytes only claim.
  const bool count_is_certain =
      in_.origin() == BytesOrigin::kObject || At(node.element->from).is_plain;
  const size_t total = count_is_certain ? count : std::min(count, batch);
  for (size_t begin = 0; begin < count; begin += batch) {
    const size_t size = std::min(batch, count - begin);
    absl::Status status = code_.Call([&] {
      return list.access->append(to, std::max(total, begin + size), size,
                                 targets.data());
    });
    if (!status.ok()) return status;
    if (is_contiguous) {
      status =
          source.fill_contiguous(begin, static_cast<char*>(targets[0]), size);
    } else {
      for (size_t i = 0; i < size && status.ok(); ++i) {
        status = source.fill_one(begin + i, targets[i]);
      }
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace relib::internal
