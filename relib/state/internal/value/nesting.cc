#include "relib/state/internal/value/nesting.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/value/schema.h"

namespace relib::internal {
namespace {

// Returns true if objects of the type contain their parts; containers have them
// elsewhere in memory.
bool ContainsParts(const SchemaType& type) {
  return type.kind == StateKind::kStruct || type.kind == StateKind::kArray ||
         type.kind == StateKind::kOptional || type.kind == StateKind::kVariant;
}

}  // namespace

Nesting::Nesting(const std::vector<SchemaType>& types)
    : types_(types), states_(types.size(), State::kNew) {}

bool Nesting::Visit(size_t root) {
  if (states_[root] != State::kNew) return true;
  // A type, and the index of its next part. A file may nest types too deeply
  // for recursion.
  std::vector<std::pair<size_t, size_t>> path;
  const auto enter = [&](size_t type) {
    states_[type] = State::kOpen;
    path.emplace_back(type, 0);
  };
  enter(root);
  while (!path.empty()) {
    auto& [type, next] = path.back();
    const SchemaType& here = types_[type];
    if (!ContainsParts(here) || next == here.parts.size()) {
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

}  // namespace relib::internal
