#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/conversion_plan.h"
#include "relib/state/internal/conversion/conversion_planner.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

// The part of the planner that handles structs, fields and migrators.

namespace relib::internal {
namespace {

const StatePart* FindPart(const StateType& type, std::string_view name) {
  for (size_t i = 0; i < type.part_count; ++i) {
    if (ViewOf(type.parts[i].name) == name) return &type.parts[i];
  }
  return nullptr;
}

const SchemaPart* FindPart(const SchemaType& type, std::string_view name) {
  for (const SchemaPart& part : type.parts) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

// Returns true if a migrator requires that the old type lacks this field.
bool IsAbsent(const StatePart& part) {
  return ViewOf(part.type->name) == "relib::Absent";
}

using Member = ConversionNode::Member;

// Replaces structs by their members, and drops members that are skipped.
std::vector<Member> Flatten(const std::vector<Member>& members) {
  std::vector<Member> flat;
  for (const Member& member : members) {
    if (member.size == 0 && member.node == nullptr) continue;
    if (member.size == 0 &&
        member.node->kind == ConversionNode::Kind::kStruct &&
        member.node->migrators.empty()) {
      for (Member inner : member.node->members) {
        inner.from_offset += member.from_offset;
        inner.to_offset += member.to_offset;
        flat.push_back(inner);
      }
    } else {
      flat.push_back(member);
    }
  }
  return flat;
}

// Joins adjacent members that are copied.
std::vector<Member> JoinCopies(std::vector<Member> members) {
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) {
              return a.from_offset < b.from_offset;
            });
  std::vector<Member> joined;
  for (const Member& member : members) {
    if (!joined.empty()) {
      Member& last = joined.back();
      if (last.size != 0 && member.size != 0 &&
          last.from_offset + last.size == member.from_offset &&
          last.to_offset + last.size == member.to_offset) {
        last.size += member.size;
        continue;
      }
    }
    joined.push_back(member);
  }
  return joined;
}

}  // namespace

bool ConversionPlanner::FillStruct(Node& node, const std::string& path) {
  const SchemaType& from = At(node.from);
  const StateType& to = *node.to;
  node.kind = Kind::kStruct;

  Names left_to_migrators;
  Names read_by_migrators;
  FillMigrators(node, path, left_to_migrators, read_by_migrators);

  bool done = true;
  bool same = from.parts.size() == to.part_count && from.size == to.size;
  for (const SchemaPart& old : from.parts) {
    Member member = {.from_type = old.type, .from_offset = old.offset};
    const StatePart* const part = FindPart(to, old.name);
    const std::string part_path = absl::StrCat(path, ".", old.name);
    if (part != nullptr && left_to_migrators.count(old.name) == 0) {
      member.to_offset = part->offset;
      const Node* const converted = Plan(old.type, *part->type, part_path);
      done = done && converted != nullptr;
      member.node = converted;
      if (converted != nullptr && converted->kind == Kind::kCopy) {
        member.size = converted->size;
      }
      same = same && converted != nullptr && CopiesAll(*converted) &&
             part->offset == old.offset;
    } else {
      same = false;
      if (part == nullptr && read_by_migrators.count(old.name) == 0) {
        report_.removed.push_back(part_path);
      }
    }
    node.members.push_back(member);
  }
  for (size_t i = 0; i < to.part_count; ++i) {
    const std::string_view name = ViewOf(to.parts[i].name);
    if (FindPart(from, name) == nullptr) {
      report_.added.push_back(absl::StrCat(path, ".", name));
    }
  }
  if (!done || !from.is_plain) return done;
  if (same && to.is_trivially_copyable && node.migrators.empty()) {
    return FillCopy(node, to.size);
  }
  node.members = JoinCopies(Flatten(node.members));
  return true;
}

bool ConversionPlanner::Applies(const StateMigrator& migrator,
                                const Node& node) const {
  if (migrator.to != node.to || active_.count(&migrator) != 0) return false;
  // All of the old fields must exist, and the new layout must differ in one.
  bool differs = false;
  for (size_t i = 0; i < migrator.from->part_count; ++i) {
    const StatePart& field = migrator.from->parts[i];
    const SchemaPart* const before =
        FindPart(At(node.from), ViewOf(field.name));
    const StatePart* const now = FindPart(*node.to, ViewOf(field.name));
    if (IsAbsent(field)) {
      if (before != nullptr) return false;
      differs = differs || now != nullptr;
    } else {
      if (before == nullptr) return false;
      differs = differs || now == nullptr ||
                schema_.NameOf(before->type) != NameOf(*now->type);
    }
  }
  return differs;
}

void ConversionPlanner::FillMigrators(Node& node, const std::string& path,
                                      Names& left, Names& read) {
  for (const StateMigrator* migrator = first_; migrator != nullptr;
       migrator = migrator->next) {
    if (!Applies(*migrator, node)) continue;
    const StateType& old = *migrator->from;
    active_.insert(migrator);
    const Node* const old_fields = PlanOldFields(node.from, old);
    active_.erase(migrator);
    if (old_fields == nullptr) continue;
    node.migrators.push_back({migrator, old_fields});
    for (size_t i = 0; i < old.part_count; ++i) {
      const std::string name(ViewOf(old.parts[i].name));
      const SchemaPart* const before = FindPart(At(node.from), name);
      const StatePart* const now = FindPart(*node.to, name);
      if (before == nullptr) continue;
      read.insert(name);
      if (now != nullptr && !CanConvert(before->type, *now->type)) {
        left.insert(name);
      }
    }
    report_.migrated.push_back(absl::StrCat(path, " from ", NameOf(old)));
  }
}

ConversionPlanner::Mark ConversionPlanner::BeginAttempt() {
  return {report_, problems_.size(), std::exchange(open_, {}),
          std::exchange(silent_, {})};
}

void ConversionPlanner::UndoAttempt(Mark mark) {
  report_ = std::move(mark.report);
  problems_.resize(mark.problems);
  open_ = std::move(mark.open);
  silent_ = std::move(mark.silent);
}

bool ConversionPlanner::CanConvert(size_t from, const StateType& to) {
  Mark mark = BeginAttempt();
  const bool can = Plan(from, to, "") != nullptr;
  UndoAttempt(std::move(mark));
  return can;
}

const ConversionNode* ConversionPlanner::PlanOldFields(size_t from,
                                                       const StateType& old) {
  // Fields that a migrator doesn't list are neither removed nor converted.
  Mark mark = BeginAttempt();
  const Node* const node = Plan(from, old, "");
  std::vector<StateMigration::Loss> lost = std::move(report_.lost);
  UndoAttempt(std::move(mark));
  // The nodes refer to the losses.
  if (node != nullptr && lost.size() > report_.lost.size()) {
    report_.lost = std::move(lost);
  }
  return node;
}

}  // namespace relib::internal
