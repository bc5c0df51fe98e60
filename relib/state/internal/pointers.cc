#include "relib/state/internal/pointers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/limits.h"
#include "relib/state/internal/object.h"
#include "relib/state/internal/schema.h"

namespace relib::internal {
namespace {

// Visits an object and all that it holds, part by part.
class Walk {
 public:
  // Gets a part and its name. An error ends the walk.
  using Visit = absl::FunctionRef<absl::Status(
      const SchemaType& type, const StateType& bound, const char* object,
      const std::string& path)>;

  // Without `everywhere`, only where there are pointers.
  Walk(const BoundSchema& type, bool everywhere, Visit visit)
      : type_(type), everywhere_(everywhere), visit_(visit) {}

  absl::Status Run(const void* object) {
    path_ = type_.schema->NameOf(0);
    return Part(0, static_cast<const char*>(object), 0);
  }

 private:
  const SchemaType& At(size_t index) const {
    return type_.schema->types()[index];
  }

  absl::Status Part(size_t index, const char* object, int depth) {
    if (depth > kMaxStateDepth) return TooDeep();
    const SchemaType& type = At(index);
    if (!everywhere_ && !type.has_pointers) return absl::OkStatus();
    absl::Status status = visit_(type, *type_.types[index], object, path_);
    // Nothing but pointers is of interest in a number.
    if (!status.ok() || (type.is_plain && !type.has_pointers)) return status;
    switch (type.kind) {
      case StateKind::kStruct:
        for (const SchemaPart& part : type.parts) {
          status = Below(absl::StrCat(".", part.name), part.type,
                         object + part.offset, depth);
          if (!status.ok()) return status;
        }
        return absl::OkStatus();
      case StateKind::kArray: {
        const size_t element = type.parts[0].type;
        for (size_t i = 0; i < type.count; ++i) {
          status = Below(absl::StrCat("[", i, "]"), element,
                         object + i * At(element).size, depth);
          if (!status.ok()) return status;
        }
        return absl::OkStatus();
      }
      case StateKind::kSequence:
      case StateKind::kSet:
      case StateKind::kMap:
        return Container(index, object, depth);
      case StateKind::kOptional:
      case StateKind::kVariant:
        return Alternative(index, object, depth);
      default:
        return absl::OkStatus();
    }
  }

  absl::Status Below(std::string_view name, size_t index, const char* object,
                     int depth) {
    if (!everywhere_ && !At(index).has_pointers) return absl::OkStatus();
    const size_t size = path_.size();
    path_ += name;
    const absl::Status status = Part(index, object, depth + 1);
    path_.resize(size);
    return status;
  }

  absl::Status Container(size_t index, const char* object, int depth) {
    const SchemaType& type = At(index);
    bool is_of_interest = false;
    for (const SchemaPart& part : type.parts) {
      const SchemaType& element = At(part.type);
      is_of_interest |=
          element.has_pointers || (everywhere_ && !element.is_plain);
    }
    if (!is_of_interest) return absl::OkStatus();
    const absl::StatusOr<Elements> elements = ElementsOf(type_, index, object);
    if (!elements.ok()) return elements.status();
    for (size_t i = 0; i < elements->count; ++i) {
      const auto* const element = static_cast<const char*>(elements->at(i));
      for (const SchemaPart& part : type.parts) {
        const bool is_map = type.kind == StateKind::kMap;
        const absl::Status status =
            Below(absl::StrCat("[", i, "]", is_map ? "." : "",
                               is_map ? std::string_view(part.name) : ""),
                  part.type, element + (is_map ? part.offset : 0), depth);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status Alternative(size_t index, const char* object, int depth) {
    const SchemaType& type = At(index);
    const StateAccess& access = *type_.types[index]->access;
    const bool is_optional = type.kind == StateKind::kOptional;
    size_t alternative = kNoAlternative;
    const void* value = nullptr;
    absl::Status status = type_.code->Call([&]() -> Failure* {
      alternative = access.index(object);
      if (alternative != (is_optional ? 0 : kNoAlternative)) {
        value = access.active(object);
      }
      return nullptr;
    });
    if (!status.ok() || value == nullptr) return status;
    return Below("", type.parts[is_optional ? 0 : alternative].type,
                 static_cast<const char*>(value), depth);
  }

  const BoundSchema& type_;
  const bool everywhere_;
  const Visit visit_;
  std::string path_;
};

struct Range {
  uintptr_t begin;
  uintptr_t end;
};

// All memory that an object consists of.
absl::StatusOr<std::vector<Range>> RangesOf(const BoundSchema& type,
                                            const void* object) {
  std::vector<Range> ranges;
  const auto add = [&](const void* begin, size_t size) {
    const auto address = reinterpret_cast<uintptr_t>(begin);
    ranges.push_back({address, address + size});
  };
  add(object, type.schema->root().size);
  const std::vector<SchemaType>& types = type.schema->types();
  absl::Status status =
      Walk(type, /*everywhere=*/true,
           [&](const SchemaType& part, const StateType& bound,
               const char* address, const std::string&) {
             if (bound.access->size == nullptr) return absl::OkStatus();
             const size_t index = &part - types.data();
             const absl::StatusOr<Elements> elements =
                 ElementsOf(type, index, address);
             if (!elements.ok()) return elements.status();
             if (elements->stride != 0) {
               add(elements->data, elements->count * elements->stride);
               return absl::OkStatus();
             }
             size_t size = 0;
             for (const SchemaPart& element : part.parts) {
               size = std::max(size, element.offset + types[element.type].size);
             }
             for (const void* const element : elements->pointers) {
               add(element, size);
             }
             return absl::OkStatus();
           })
          .Run(object);
  if (!status.ok()) return status;
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
  // Of ranges in one another, the outer one is enough.
  std::vector<Range> merged;
  for (const Range& range : ranges) {
    if (!merged.empty() && range.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

bool LiesIn(const std::vector<Range>& ranges, uintptr_t address) {
  const auto next = std::upper_bound(
      ranges.begin(), ranges.end(), address,
      [](uintptr_t at, const Range& range) { return at < range.begin; });
  return next != ranges.begin() && address < std::prev(next)->end;
}

}  // namespace

absl::Status CheckPointers(const BoundSchema& type, const void* object,
                           const PointerRules& rules,
                           std::string* first_pointer) {
  std::vector<std::pair<uintptr_t, std::string>> pointers;
  const auto visit = [&](const SchemaType& part, const StateType& bound,
                         const char* address, const std::string& path) {
    if (part.kind == StateKind::kPointer) {
      const void* value = nullptr;
      std::memcpy(&value, address, sizeof(value));
      if (value == nullptr) return absl::OkStatus();
      if (first_pointer != nullptr && first_pointer->empty()) {
        *first_pointer = path;
      }
      if (const std::string what = rules.describe(value); !what.empty()) {
        return absl::FailedPreconditionError(absl::StrCat(
            path, " points to ", part.is_function ? "function " : "", what,
            ", which goes with the module. ",
            part.is_function
                ? "Keep an enum or a name in the state, and have the module "
                  "look the function up"
                : "Keep the object itself in the state, or an index of it"));
      }
      if (rules.object_moves && !part.is_function) {
        pointers.emplace_back(reinterpret_cast<uintptr_t>(value), path);
      }
    } else if (rules.check_resources && bound.access->resource != nullptr) {
      const void* resource = nullptr;
      absl::Status status = type.code->Call([&]() -> Failure* {
        resource = bound.access->resource(address);
        return nullptr;
      });
      if (!status.ok()) return status;
      if (const std::string what = rules.describe(resource); !what.empty()) {
        return absl::FailedPreconditionError(absl::StrCat(
            path, " takes its memory from ", what,
            ", which goes with the module. Let it have the default resource: "
            "in a module with states, that is the host's"));
      }
    }
    return absl::OkStatus();
  };
  if (type.schema->root().has_pointers || rules.check_resources) {
    const absl::Status status =
        Walk(type, rules.check_resources, visit).Run(object);
    if (!status.ok()) return status;
  }
  if (pointers.empty()) return absl::OkStatus();
  const absl::StatusOr<std::vector<Range>> ranges = RangesOf(type, object);
  if (!ranges.ok()) return ranges.status();
  for (const auto& [address, path] : pointers) {
    if (!LiesIn(*ranges, address)) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        " points into the state itself, which lies somewhere else after this. "
        "Keep an index instead of the pointer"));
  }
  return absl::OkStatus();
}

}  // namespace relib::internal
