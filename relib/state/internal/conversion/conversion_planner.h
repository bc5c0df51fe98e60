#ifndef RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_PLANNER_H_
#define RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_PLANNER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/conversion_plan.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {

// Returns the full name of a type, "std::pmr::vector<Entity>".
std::string NameOf(const StateType& type);

// Makes the nodes of a ConversionPlan.
class ConversionPlanner {
 public:
  ConversionPlanner(ConversionPlan& plan, BytesOrigin origin,
                    const StateMigrator* first);

  // Returns the node that converts the type at `from` of the older schema.
  // Returns null and records a problem if there is no conversion. `path` is the
  // name of the value: "World.entities[]".
  ConversionNode* Plan(size_t from, const StateType& to,
                       const std::string& path);

  const std::vector<std::string>& problems() const { return problems_; }

  // Returns InvalidArgument once the types are nested too deeply, or are too
  // many. Then Plan() has returned null.
  const absl::Status& limit() const { return limit_; }

 private:
  using Node = ConversionNode;
  using Kind = ConversionNode::Kind;
  using Names = std::set<std::string, std::less<>>;

  // A node whose parts are being planned.
  struct Open {
    size_t from;
    const StateType* to;
    Node* node;
  };

  // The plans of pairs of types that changed nothing in the report. They are
  // used again wherever the same pair occurs.
  using Silent = std::map<std::pair<size_t, const StateType*>, Node*>;

  // A snapshot that undoes an attempt.
  struct Mark {
    StateMigration report;
    size_t problems;
    std::vector<Open> open;
    Silent silent;
  };
  // Starts an attempt, which doesn't see the open nodes.
  Mark BeginAttempt();
  void UndoAttempt(Mark mark);

  const SchemaType& At(size_t index) const { return schema_.types()[index]; }
  Node* NewNode(size_t from, const StateType& to);
  // Returns false if a plan for the type at `from` would exceed a limit.
  bool IsWithinLimits(size_t from);
  // Returns how many lines the report has.
  size_t ReportSize() const;

  // Records a problem, and returns false.
  bool Refuse(const Node& node, const std::string& path,
              std::string_view why = "");
  size_t NewLoss(const std::string& path, std::string what);
  std::string Change(const Node& node) const;
  void RecordChange(const Node& node, const std::string& path);

  // Returns true if the node copies all bytes of its type.
  bool CopiesAll(const Node& node) const;

  // Each of these fills the node in, or returns false and records a problem.
  bool Fill(Node& node, const std::string& path);
  bool FillCopy(Node& node, size_t size);
  bool FillWrap(Node& node, const std::string& path);
  bool FillUnwrap(Node& node, const std::string& path);
  bool FillNumber(Node& node, const std::string& path);
  bool FillList(Node& node, const std::string& path);
  bool FillMap(Node& node, const std::string& path);
  bool FillOptional(Node& node, const std::string& path);
  bool FillVariant(Node& node, const std::string& path);
  bool FillStruct(Node& node, const std::string& path);

  // Returns true if every enumerator still has its number.
  bool FillCases(Node& node, const std::string& path);

  // Adds the migrators that apply to a struct. Sets `left` to the names of the
  // fields that only migrators convert, and `read` to those that they read.
  void FillMigrators(Node& node, const std::string& path, Names& left,
                     Names& read);
  bool Applies(const StateMigrator& migrator, const Node& node) const;
  bool CanConvert(size_t from, const StateType& to);
  // Returns the node that fills a migrator's struct of old fields, or null.
  const Node* PlanOldFields(size_t from, const StateType& old);

  ConversionPlan& plan_;
  const BytesOrigin origin_;
  const Schema& schema_;
  StateMigration& report_;
  const StateMigrator* const first_;
  // The migrators whose structs of old fields are being planned. Such a struct
  // may have migrators of its own, but no cycles.
  std::set<const StateMigrator*> active_;
  // Finds the node of a type that contains itself.
  std::vector<Open> open_;
  Silent silent_;
  std::vector<std::string> problems_;
  size_t depth_ = 0;
  size_t size_ = 0;
  absl::Status limit_;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_PLANNER_H_
