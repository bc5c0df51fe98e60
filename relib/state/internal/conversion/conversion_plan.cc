#include "relib/state/internal/conversion/conversion_plan.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/conversion_planner.h"
#include "relib/state/internal/conversion/scalar.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/limits.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {
namespace {

// Limit that keeps the error message readable.
constexpr size_t kMaxProblems = 10;

bool IsNumber(StateKind kind) {
  return kind == StateKind::kScalar || kind == StateKind::kEnum;
}

bool IsList(StateKind kind) {
  return kind == StateKind::kArray || kind == StateKind::kSequence ||
         kind == StateKind::kSet;
}

const StateEnumerator* FindEnumerator(const StateType& type,
                                      std::string_view name) {
  for (size_t i = 0; i < type.enumerator_count; ++i) {
    if (ViewOf(type.enumerators[i].name) == name) return &type.enumerators[i];
  }
  return nullptr;
}

}  // namespace

std::string NameOf(const StateType& type) {
  return Schema::Of(type, nullptr)->NameOf(0);
}

ConversionPlanner::ConversionPlanner(ConversionPlan& plan, BytesOrigin origin,
                                     const StateMigrator* first)
    : plan_(plan),
      origin_(origin),
      schema_(*plan.from),
      report_(plan.report),
      first_(first) {}

ConversionNode* ConversionPlanner::Plan(size_t from, const StateType& to,
                                        const std::string& path) {
  for (const Open& open : open_) {
    if (open.from == from && open.to == &to) return open.node;
  }
  const auto known = silent_.find({from, &to});
  if (known != silent_.end()) return known->second;
  if (!IsWithinLimits(from)) return nullptr;
  Node* const node = NewNode(from, to);
  const size_t report_size = ReportSize();
  open_.push_back({from, &to, node});
  ++depth_;
  const bool done = Fill(*node, path);
  --depth_;
  open_.pop_back();
  if (!done) return nullptr;
  if (ReportSize() == report_size) silent_[{from, &to}] = node;
  return node;
}

bool ConversionPlanner::IsWithinLimits(size_t from) {
  if (!limit_.ok()) return false;
  size_ += 1 + At(from).parts.size() + At(from).enumerators.size();
  if (depth_ >= kMaxStateDepth) {
    limit_ = absl::InvalidArgumentError(absl::StrCat(
        plan_.report.state, " has types that are nested more than ",
        kMaxStateDepth, " deep"));
  } else if (size_ > kMaxConversionSize) {
    limit_ = absl::InvalidArgumentError(absl::StrCat(
        plan_.report.state, " consists of more than ", kMaxConversionSize,
        " types and fields, each counted as often as it occurs"));
  }
  return limit_.ok();
}

size_t ConversionPlanner::ReportSize() const {
  return report_.added.size() + report_.removed.size() +
         report_.converted.size() + report_.migrated.size() +
         report_.lost.size();
}

ConversionNode* ConversionPlanner::NewNode(size_t from, const StateType& to) {
  plan_.nodes.push_back(std::make_unique<Node>());
  Node* const node = plan_.nodes.back().get();
  node->from = from;
  node->to = &to;
  return node;
}

bool ConversionPlanner::Refuse(const Node& node, const std::string& path,
                               std::string_view why) {
  problems_.push_back(absl::StrCat(path, ": ", schema_.NameOf(node.from),
                                   " can't become ", NameOf(*node.to),
                                   why.empty() ? "" : ", ", why));
  return false;
}

size_t ConversionPlanner::NewLoss(const std::string& path, std::string what) {
  report_.lost.push_back({.field = path, .what = std::move(what), .count = 0});
  return report_.lost.size() - 1;
}

std::string ConversionPlanner::Change(const Node& node) const {
  return absl::StrCat(schema_.NameOf(node.from), " to ", NameOf(*node.to));
}

void ConversionPlanner::RecordChange(const Node& node,
                                     const std::string& path) {
  if (schema_.NameOf(node.from) == NameOf(*node.to)) return;
  report_.converted.push_back(absl::StrCat(path, ": ", Change(node)));
}

bool ConversionPlanner::CopiesAll(const Node& node) const {
  return node.kind == Kind::kCopy && node.size == node.to->size &&
         node.size == At(node.from).size;
}

bool ConversionPlanner::Fill(Node& node, const std::string& path) {
  const SchemaType& from = At(node.from);
  const StateType& to = *node.to;
  if (to.kind == StateKind::kOptional && from.kind != StateKind::kOptional) {
    return FillWrap(node, path);
  }
  if (from.kind == StateKind::kOptional && to.kind != StateKind::kOptional) {
    return FillUnwrap(node, path);
  }
  if (IsNumber(from.kind) && IsNumber(to.kind)) return FillNumber(node, path);
  if (IsList(from.kind) && IsList(to.kind)) return FillList(node, path);
  if (from.kind != to.kind) return Refuse(node, path);
  switch (to.kind) {
    case StateKind::kPointer:
    case StateKind::kOpaque:
      if (from.name != ViewOf(to.name) || from.size != to.size ||
          from.is_function != to.is_function) {
        return Refuse(node, path);
      }
      return FillCopy(node, to.size);
    case StateKind::kStruct:
      return FillStruct(node, path);
    case StateKind::kMap:
      return FillMap(node, path);
    case StateKind::kOptional:
      return FillOptional(node, path);
    case StateKind::kVariant:
      return FillVariant(node, path);
    default:
      return Refuse(node, path);
  }
}

bool ConversionPlanner::FillCopy(Node& node, size_t size) {
  node.kind = Kind::kCopy;
  node.size = size;
  return true;
}

bool ConversionPlanner::FillWrap(Node& node, const std::string& path) {
  node.kind = Kind::kWrap;
  RecordChange(node, path);
  node.element = Plan(node.from, *node.to->parts[0].type, path);
  return node.element != nullptr;
}

bool ConversionPlanner::FillUnwrap(Node& node, const std::string& path) {
  node.kind = Kind::kUnwrap;
  RecordChange(node, path);
  node.loss = NewLoss(path, "an empty std::optional became the default");
  node.element = Plan(At(node.from).parts[0].type, *node.to, path);
  return node.element != nullptr;
}

bool ConversionPlanner::FillNumber(Node& node, const std::string& path) {
  const SchemaType& from = At(node.from);
  const StateType& to = *node.to;
  RecordChange(node, path);
  const bool by_name =
      from.kind == StateKind::kEnum && to.kind == StateKind::kEnum;
  const bool same_names = !by_name || FillCases(node, path);
  // The scalar conversion makes a valid bool of any byte.
  const bool may_copy =
      from.scalar != ScalarType::kBool || origin_ == BytesOrigin::kObject;
  if (from.scalar == to.scalar && same_names && may_copy) {
    return FillCopy(node, to.size);
  }
  node.kind = same_names ? Kind::kScalar : Kind::kEnum;
  node.convert = ScalarConversionOf(from.scalar, to.scalar);
  if (from.scalar != to.scalar) node.loss = NewLoss(path, Change(node));
  return true;
}

bool ConversionPlanner::FillCases(Node& node, const std::string& path) {
  bool same = true;
  for (const SchemaEnumerator& old : At(node.from).enumerators) {
    const StateEnumerator* const found = FindEnumerator(*node.to, old.name);
    Node::EnumCase enum_case = {.from = old.value, .to = 0, .gone = {}};
    if (found != nullptr) {
      enum_case.to = found->value;
    } else {
      enum_case.gone = NewLoss(
          path, absl::StrCat(NameOf(*node.to), " no longer has ", old.name,
                             ", so the field has its default"));
    }
    same = same && found != nullptr && found->value == old.value;
    node.cases.push_back(enum_case);
  }
  std::sort(node.cases.begin(), node.cases.end(),
            [](const Node::EnumCase& a, const Node::EnumCase& b) {
              return a.from < b.from;
            });
  if (!same) {
    const std::string change = absl::StrCat(path, ": ", NameOf(*node.to),
                                            " by the names of its enumerators");
    if (report_.converted.empty() || report_.converted.back() != change) {
      report_.converted.push_back(change);
    }
  }
  return same;
}

bool ConversionPlanner::FillList(Node& node, const std::string& path) {
  const SchemaType& from = At(node.from);
  const StateType& to = *node.to;
  node.kind = Kind::kList;
  if (from.kind != to.kind || from.name != ViewOf(to.name) ||
      from.count != to.count) {
    RecordChange(node, path);
  }
  if (to.kind == StateKind::kArray &&
      (from.kind != StateKind::kArray || from.count > to.count)) {
    node.loss = NewLoss(path, absl::StrCat("elements beyond ", to.count));
  }
  if (to.kind == StateKind::kSet) {
    node.loss = NewLoss(path, "the set already had the element");
  }
  Node* const element =
      Plan(from.parts[0].type, *to.parts[0].type, absl::StrCat(path, "[]"));
  node.element = element;
  if (element == nullptr) return false;
  if (from.kind == StateKind::kArray && to.kind == StateKind::kArray &&
      from.count == to.count && CopiesAll(*element)) {
    return FillCopy(node, to.size);
  }
  return true;
}

bool ConversionPlanner::FillMap(Node& node, const std::string& path) {
  const SchemaType& from = At(node.from);
  const StateType& to = *node.to;
  node.kind = Kind::kMap;
  if (from.name != ViewOf(to.name)) RecordChange(node, path);
  node.loss = NewLoss(path, "the map already had the key");
  node.key =
      Plan(from.parts[0].type, *to.parts[0].type, absl::StrCat(path, "[].key"));
  node.element = Plan(from.parts[1].type, *to.parts[1].type,
                      absl::StrCat(path, "[].value"));
  return node.key != nullptr && node.element != nullptr;
}

bool ConversionPlanner::FillOptional(Node& node, const std::string& path) {
  node.kind = Kind::kOptional;
  node.element =
      Plan(At(node.from).parts[0].type, *node.to->parts[0].type, path);
  return node.element != nullptr;
}

bool ConversionPlanner::FillVariant(Node& node, const std::string& path) {
  node.kind = Kind::kVariant;
  const StateType& to = *node.to;
  std::vector<bool> taken(to.part_count);
  bool done = true;
  for (const SchemaPart& old : At(node.from).parts) {
    const std::string name = schema_.NameOf(old.type);
    size_t index = 0;
    while (index < to.part_count &&
           (taken[index] || NameOf(*to.parts[index].type) != name)) {
      ++index;
    }
    if (index == to.part_count) {
      return Refuse(node, path,
                    absl::StrCat("which has no alternative ", name));
    }
    taken[index] = true;
    Node* const alternative = Plan(old.type, *to.parts[index].type,
                                   absl::StrCat(path, "<", name, ">"));
    done = done && alternative != nullptr;
    node.alternatives.push_back(alternative);
    node.alternative_indices.push_back(index);
  }
  return done;
}

absl::StatusOr<std::unique_ptr<ConversionPlan>> PlanConversion(
    std::shared_ptr<const Schema> from, BytesOrigin origin, const StateType& to,
    const StateMigrator* first) {
  auto plan = std::make_unique<ConversionPlan>();
  plan->from = std::move(from);
  plan->report.state = NameOf(to);
  plan->report.layout_changed = true;
  ConversionPlanner planner(*plan, origin, first);
  plan->root = planner.Plan(0, to, plan->report.state);
  if (!planner.limit().ok()) return planner.limit();
  if (plan->root != nullptr) return plan;
  std::vector<std::string> problems = planner.problems();
  if (problems.size() > kMaxProblems) {
    const size_t more = problems.size() - kMaxProblems;
    problems.resize(kMaxProblems);
    problems.push_back(absl::StrCat("and ", more, " more"));
  }
  return absl::FailedPreconditionError(absl::StrCat(
      plan->report.state, " can't be carried over into the new layout:\n  ",
      absl::StrJoin(problems, "\n  "),
      "\nRename the field, so that it starts with its default, or give the "
      "module a RELIB_MIGRATE (relib/state/migrate.h) whose old struct lists "
      "the field with its old type"));
}

}  // namespace relib::internal
