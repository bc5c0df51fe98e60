#include "relib/state/internal/value/pointers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/limits.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/internal/value/visit.h"

namespace relib::internal {
namespace {

bool IsContainer(StateKind kind) {
  return kind == StateKind::kSequence || kind == StateKind::kSet ||
         kind == StateKind::kMap;
}

// Visits an object and, recursively, all of its parts.
class Walk {
 public:
  // Receives the index of a part's type in the schema, the address of the part
  // and its name. An error ends the walk.
  using Visit = absl::FunctionRef<absl::Status(size_t index, const char* object,
                                               const std::string& path)>;

  // Unless `everywhere` is true, skips the parts that have no pointers.
  Walk(const BoundSchema& type, bool everywhere, Visit visit)
      : type_(type), everywhere_(everywhere), visit_(visit) {}

  absl::Status Run(const void* object);

 private:
  const SchemaType& At(size_t index) const {
    return type_.schema->types()[index];
  }

  absl::Status VisitObject(size_t index, const char* object, int depth);
  absl::Status VisitPart(const SchemaType& whole, const SchemaPart& part,
                         size_t element, const char* object, int depth);
  bool MayHaveInterestingElements(const SchemaType& type) const;

  const BoundSchema& type_;
  const bool everywhere_;
  const Visit visit_;
  // The name of the part that is being visited.
  std::string path_;
};

absl::Status Walk::Run(const void* object) {
  path_ = type_.schema->NameOf(0);
  return VisitObject(0, static_cast<const char*>(object), 0);
}

absl::Status Walk::VisitObject(size_t index, const char* object, int depth) {
  if (depth > kMaxStateDepth) return TooDeep();
  const SchemaType& type = At(index);
  if (!everywhere_ && !type.has_pointers) return absl::OkStatus();
  absl::Status status = visit_(index, object, path_);
  if (!status.ok()) return status;
  if (type.is_plain && !type.has_pointers) return absl::OkStatus();
  if (IsContainer(type.kind) && !MayHaveInterestingElements(type)) {
    return absl::OkStatus();
  }
  return VisitParts(
      type_, index, object, [](const Elements&) { return true; },
      [](const Alternative&) {},
      [&](const SchemaPart& part, size_t element, const char* address) {
        return VisitPart(type, part, element, address, depth);
      });
}

absl::Status Walk::VisitPart(const SchemaType& whole, const SchemaPart& part,
                             size_t element, const char* object, int depth) {
  if (!everywhere_ && !At(part.type).has_pointers) return absl::OkStatus();
  const size_t size = path_.size();
  if (whole.kind == StateKind::kArray || IsContainer(whole.kind)) {
    absl::StrAppend(&path_, "[", element, "]");
  }
  if (!part.name.empty()) absl::StrAppend(&path_, ".", part.name);
  const absl::Status status = VisitObject(part.type, object, depth + 1);
  path_.resize(size);
  return status;
}

bool Walk::MayHaveInterestingElements(const SchemaType& type) const {
  return std::any_of(
      type.parts.begin(), type.parts.end(), [&](const SchemaPart& part) {
        const SchemaType& element = At(part.type);
        return element.has_pointers || (everywhere_ && !element.is_plain);
      });
}

struct Range {
  uintptr_t begin;
  uintptr_t end;
};

// Appends the memory of the elements of a container.
absl::Status AppendElements(const BoundSchema& type, size_t index,
                            const char* container, std::vector<Range>& ranges) {
  const absl::StatusOr<Elements> elements = ElementsOf(type, index, container);
  if (!elements.ok()) return elements.status();
  if (elements->stride != 0) {
    const auto begin = reinterpret_cast<uintptr_t>(elements->data);
    ranges.push_back({begin, begin + elements->count * elements->stride});
    return absl::OkStatus();
  }
  const std::vector<SchemaType>& types = type.schema->types();
  size_t size = 0;
  for (const SchemaPart& part : types[index].parts) {
    size = std::max(size, part.offset + types[part.type].size);
  }
  for (const void* const element : elements->pointers) {
    const auto begin = reinterpret_cast<uintptr_t>(element);
    ranges.push_back({begin, begin + size});
  }
  return absl::OkStatus();
}

// Sorts the ranges, and merges those that overlap.
std::vector<Range> Merge(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
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

// Returns the memory of an object and of everything in its containers, sorted.
absl::StatusOr<std::vector<Range>> RangesOf(const BoundSchema& type,
                                            const void* object) {
  const auto begin = reinterpret_cast<uintptr_t>(object);
  std::vector<Range> ranges = {{begin, begin + type.schema->root().size}};
  absl::Status status =
      Walk(type, /*everywhere=*/true,
           [&](size_t index, const char* address, const std::string&) {
             if (!IsContainer(type.schema->types()[index].kind)) {
               return absl::OkStatus();
             }
             return AppendElements(type, index, address, ranges);
           })
          .Run(object);
  if (!status.ok()) return status;
  return Merge(std::move(ranges));
}

bool IsIn(const std::vector<Range>& ranges, uintptr_t address) {
  const auto next = std::upper_bound(
      ranges.begin(), ranges.end(), address,
      [](uintptr_t at, const Range& range) { return at < range.begin; });
  return next != ranges.begin() && address < std::prev(next)->end;
}

absl::Status PointsIntoModule(const std::string& path, bool is_function,
                              const std::string& target) {
  return absl::FailedPreconditionError(absl::StrCat(
      path, " points to ", is_function ? "function " : "", target,
      ", which is unloaded with the module. ",
      is_function ? "Keep an enum or a name in the state, and have the module "
                    "look the function up"
                  : "Keep the object itself in the state, or an index of it"));
}

absl::Status CheckResource(const BoundSchema& type, const StateAccess& access,
                           const char* container, const std::string& path,
                           const PointerRules& rules) {
  const void* resource = nullptr;
  absl::Status status = type.code->Call([&]() -> Failure* {
    resource = access.resource(container);
    return nullptr;
  });
  if (!status.ok()) return status;
  if (const std::string owner = rules.describe(resource); !owner.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " takes its memory from ", owner,
        ", which is unloaded with the module. Use the default resource: in a "
        "module with states, it is the host's"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPointers(const BoundSchema& type, const void* object,
                           const PointerRules& rules,
                           std::string* first_pointer) {
  std::vector<std::pair<uintptr_t, std::string>> pointers;
  const auto visit = [&](size_t index, const char* address,
                         const std::string& path) {
    const SchemaType& part = type.schema->types()[index];
    const StateAccess& access = *type.types[index]->access;
    if (part.kind == StateKind::kPointer) {
      const void* value = nullptr;
      std::memcpy(&value, address, sizeof(value));
      if (value == nullptr) return absl::OkStatus();
      if (first_pointer != nullptr && first_pointer->empty()) {
        *first_pointer = path;
      }
      if (const std::string target = rules.describe(value); !target.empty()) {
        return PointsIntoModule(path, part.is_function, target);
      }
      if (rules.object_moves && !part.is_function) {
        pointers.emplace_back(reinterpret_cast<uintptr_t>(value), path);
      }
    } else if (rules.check_resources && access.resource != nullptr) {
      return CheckResource(type, access, address, path, rules);
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
    if (!IsIn(*ranges, address)) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        " points into the state itself, which is about to move in memory. Keep "
        "an index instead of the pointer"));
  }
  return absl::OkStatus();
}

}  // namespace relib::internal
