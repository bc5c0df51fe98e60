#include "relib/state/internal/conversion.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/bytes.h"
#include "relib/state/internal/limits.h"
#include "relib/state/internal/object.h"
#include "relib/state/internal/scalar.h"
#include "relib/state/internal/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {
namespace {

constexpr size_t kNowhere = static_cast<size_t>(-1);
// Problems that people are shown.
constexpr size_t kMaxProblems = 10;

std::string_view ViewOf(StateText text) { return {text.data, text.size}; }

bool IsList(StateKind kind) {
  return kind == StateKind::kArray || kind == StateKind::kSequence ||
         kind == StateKind::kSet;
}

std::string NameOf(const StateType& type) {
  return Schema::Of(type, nullptr)->NameOf(0);
}

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

// A field of a RELIB_MIGRATE's old type that says that there was none.
bool SaysAbsent(const StatePart& part) {
  return ViewOf(part.type->name) == "relib::Absent";
}

}  // namespace

// How one value becomes another.
struct Conversion::Node {
  enum class Kind {
    // `size` bytes.
    kCopy,
    kScalar,
    kEnum,
    kStruct,
    kList,
    kMap,
    kOptional,
    // An optional of a value, and the other way around.
    kWrap,
    kUnwrap,
    kVariant,
  };

  // A field of a struct.
  struct Member {
    size_t from_type = 0;
    // Where plain.
    size_t from_offset = 0;
    size_t to_offset = 0;
    // Bytes that are copied, also of several fields at once; zero: by `node`,
    // or, if that is null, not at all.
    size_t size = 0;
    const Node* node = nullptr;
  };

  struct Migrator {
    const StateMigrator* migrator = nullptr;
    const Node* node = nullptr;
  };

  struct EnumCase {
    int64_t from = 0;
    int64_t to = 0;
    // Nullopt: `to` is right. Else an index in the report's losses.
    std::optional<size_t> gone;
  };

  Kind kind = Kind::kCopy;
  size_t from = 0;
  const StateType* to = nullptr;
  size_t size = 0;
  ScalarConversion convert = nullptr;
  // In the report's losses.
  size_t loss = kNowhere;
  std::vector<EnumCase> cases;
  std::vector<Member> members;
  std::vector<Migrator> migrators;
  const Node* key = nullptr;
  const Node* element = nullptr;
  // By the index in the older type.
  std::vector<const Node*> alternatives;
  std::vector<size_t> alternative_indices;
};

class Conversion::Compiler {
 public:
  Compiler(Conversion& conversion, const StateMigrator* first)
      : conversion_(conversion),
        schema_(*conversion.from_),
        report_(conversion.report_),
        first_(first) {}

  // Null: there is no way, and a problem is noted.
  Node* Compile(size_t from, const StateType& to, const std::string& path) {
    for (const Open& open : open_) {
      if (open.from == from && open.to == &to) return open.node;
    }
    Node* const node = NewNode(from, to);
    open_.push_back({from, &to, node});
    const bool done = Fill(*node, path);
    open_.pop_back();
    return done ? node : nullptr;
  }

  const std::vector<std::string>& problems() const { return problems_; }

 private:
  using Kind = Node::Kind;

  struct Open {
    size_t from;
    const StateType* to;
    Node* node;
  };

  // To try something out.
  struct Mark {
    StateMigration report;
    size_t problems;
  };
  Mark Remember() const { return {report_, problems_.size()}; }
  void Forget(Mark mark) {
    report_ = std::move(mark.report);
    problems_.resize(mark.problems);
  }

  const SchemaType& At(size_t index) const { return schema_.types()[index]; }

  Node* NewNode(size_t from, const StateType& to) {
    conversion_.nodes_.push_back(std::make_unique<Node>());
    Node* const node = conversion_.nodes_.back().get();
    node->from = from;
    node->to = &to;
    return node;
  }

  bool Refuse(const Node& node, const std::string& path,
              std::string_view why = "") {
    problems_.push_back(absl::StrCat(path, ": ", schema_.NameOf(node.from),
                                     " can't become ", NameOf(*node.to),
                                     why.empty() ? "" : ", ", why));
    return false;
  }

  size_t NewLoss(const std::string& path, std::string what) {
    report_.lost.push_back(
        {.field = path, .what = std::move(what), .count = 0});
    return report_.lost.size() - 1;
  }

  std::string Change(const Node& node) const {
    return absl::StrCat(schema_.NameOf(node.from), " to ", NameOf(*node.to));
  }

  void NoteChange(const Node& node, const std::string& path) {
    if (schema_.NameOf(node.from) == NameOf(*node.to)) return;
    report_.converted.push_back(absl::StrCat(path, ": ", Change(node)));
  }

  bool Copies(Node& node, size_t size) {
    node.kind = Kind::kCopy;
    node.size = size;
    return true;
  }

  bool Fill(Node& node, const std::string& path) {
    const SchemaType& from = At(node.from);
    const StateType& to = *node.to;
    if (to.kind == StateKind::kOptional && from.kind != StateKind::kOptional) {
      node.kind = Kind::kWrap;
      NoteChange(node, path);
      node.element = Compile(node.from, *to.parts[0].type, path);
      return node.element != nullptr;
    }
    if (from.kind == StateKind::kOptional && to.kind != StateKind::kOptional) {
      node.kind = Kind::kUnwrap;
      NoteChange(node, path);
      node.loss = NewLoss(path, "an empty std::optional became the default");
      node.element = Compile(from.parts[0].type, to, path);
      return node.element != nullptr;
    }
    const bool from_number =
        from.kind == StateKind::kScalar || from.kind == StateKind::kEnum;
    const bool to_number =
        to.kind == StateKind::kScalar || to.kind == StateKind::kEnum;
    if (from_number && to_number) return FillNumber(node, path);
    if (IsList(from.kind) && IsList(to.kind)) return FillList(node, path);
    if (from.kind != to.kind) return Refuse(node, path);
    switch (to.kind) {
      case StateKind::kPointer:
      case StateKind::kOpaque:
        if (from.name != ViewOf(to.name) || from.size != to.size ||
            from.is_function != to.is_function) {
          return Refuse(node, path);
        }
        return Copies(node, to.size);
      case StateKind::kStruct:
        return FillStruct(node, path);
      case StateKind::kMap:
        return FillMap(node, path);
      case StateKind::kOptional:
        node.kind = Kind::kOptional;
        node.element = Compile(from.parts[0].type, *to.parts[0].type, path);
        return node.element != nullptr;
      case StateKind::kVariant:
        return FillVariant(node, path);
      default:
        return Refuse(node, path);
    }
  }

  bool FillNumber(Node& node, const std::string& path) {
    const SchemaType& from = At(node.from);
    const StateType& to = *node.to;
    NoteChange(node, path);
    const bool by_name =
        from.kind == StateKind::kEnum && to.kind == StateKind::kEnum;
    const bool same_names = !by_name || FillCases(node, path);
    if (from.scalar == to.scalar && same_names) return Copies(node, to.size);
    node.kind = same_names ? Kind::kScalar : Kind::kEnum;
    node.convert = ScalarConversionOf(from.scalar, to.scalar);
    if (from.scalar != to.scalar) node.loss = NewLoss(path, Change(node));
    return true;
  }

  // True if every name has its number still.
  bool FillCases(Node& node, const std::string& path) {
    bool same = true;
    for (const SchemaEnumerator& old : At(node.from).enumerators) {
      Node::EnumCase enum_case = {.from = old.value, .to = 0, .gone = {}};
      bool found = false;
      for (size_t i = 0; i < node.to->enumerator_count && !found; ++i) {
        if (ViewOf(node.to->enumerators[i].name) != old.name) continue;
        enum_case.to = node.to->enumerators[i].value;
        found = true;
      }
      if (!found) {
        enum_case.gone = NewLoss(
            path, absl::StrCat(NameOf(*node.to), " has no ", old.name,
                               " any more, and the value is the default"));
      }
      same = same && found && enum_case.to == old.value;
      node.cases.push_back(enum_case);
    }
    std::sort(node.cases.begin(), node.cases.end(),
              [](const Node::EnumCase& a, const Node::EnumCase& b) {
                return a.from < b.from;
              });
    if (!same) {
      const std::string change = absl::StrCat(path, ": ", NameOf(*node.to),
                                              " by the names of its values");
      if (report_.converted.empty() || report_.converted.back() != change) {
        report_.converted.push_back(change);
      }
    }
    return same;
  }

  bool FillList(Node& node, const std::string& path) {
    const SchemaType& from = At(node.from);
    const StateType& to = *node.to;
    node.kind = Kind::kList;
    if (from.kind != to.kind || from.name != ViewOf(to.name) ||
        from.count != to.count) {
      NoteChange(node, path);
    }
    if (to.kind == StateKind::kArray &&
        (from.kind != StateKind::kArray || from.count > to.count)) {
      node.loss = NewLoss(path, absl::StrCat("elements beyond ", to.count));
    }
    if (to.kind == StateKind::kSet) {
      node.loss = NewLoss(path, "an element was there already");
    }
    const size_t element = from.parts[0].type;
    Node* const converted =
        Compile(element, *to.parts[0].type, absl::StrCat(path, "[]"));
    node.element = converted;
    if (converted == nullptr) return false;
    if (from.kind == StateKind::kArray && to.kind == StateKind::kArray &&
        from.count == to.count && CopiesAll(*converted)) {
      return Copies(node, to.size);
    }
    return true;
  }

  bool FillMap(Node& node, const std::string& path) {
    const SchemaType& from = At(node.from);
    const StateType& to = *node.to;
    node.kind = Kind::kMap;
    if (from.name != ViewOf(to.name)) NoteChange(node, path);
    node.loss = NewLoss(path, "the key was there already");
    node.key = Compile(from.parts[0].type, *to.parts[0].type,
                       absl::StrCat(path, "[].key"));
    node.element = Compile(from.parts[1].type, *to.parts[1].type,
                           absl::StrCat(path, "[].value"));
    return node.key != nullptr && node.element != nullptr;
  }

  bool FillVariant(Node& node, const std::string& path) {
    node.kind = Kind::kVariant;
    const SchemaType& from = At(node.from);
    std::vector<bool> taken(node.to->part_count);
    bool done = true;
    for (const SchemaPart& old : from.parts) {
      const std::string name = schema_.NameOf(old.type);
      size_t index = kNowhere;
      for (size_t i = 0; i < node.to->part_count && index == kNowhere; ++i) {
        if (!taken[i] && NameOf(*node.to->parts[i].type) == name) index = i;
      }
      if (index == kNowhere) {
        return Refuse(node, path, absl::StrCat("which can't be ", name));
      }
      taken[index] = true;
      Node* const alternative = Compile(old.type, *node.to->parts[index].type,
                                        absl::StrCat(path, "<", name, ">"));
      done = done && alternative != nullptr;
      node.alternatives.push_back(alternative);
      node.alternative_indices.push_back(index);
    }
    return done;
  }

  // True if equal bytes are what it makes.
  bool CopiesAll(const Node& node) const {
    return node.kind == Kind::kCopy && node.size == node.to->size &&
           node.size == At(node.from).size;
  }

  bool FillStruct(Node& node, const std::string& path) {
    const SchemaType& from = At(node.from);
    const StateType& to = *node.to;
    node.kind = Kind::kStruct;

    std::set<std::string, std::less<>> left_to_migrators;
    std::set<std::string, std::less<>> read_by_migrators;
    FillMigrators(node, path, left_to_migrators, read_by_migrators);

    bool done = true;
    bool same = from.parts.size() == to.part_count && from.size == to.size;
    for (const SchemaPart& old : from.parts) {
      Node::Member member = {.from_type = old.type, .from_offset = old.offset};
      const StatePart* const part = FindPart(to, old.name);
      const std::string part_path = absl::StrCat(path, ".", old.name);
      if (part != nullptr && left_to_migrators.count(old.name) == 0) {
        member.to_offset = part->offset;
        const Node* const converted = Compile(old.type, *part->type, part_path);
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
    if (!done) return false;
    if (from.is_plain) {
      if (same && to.is_trivially_copyable && node.migrators.empty()) {
        return Copies(node, to.size);
      }
      Flatten(node);
    }
    return true;
  }

  // Moves the members of members up, and makes one of neighbours.
  static void Flatten(Node& node) {
    std::vector<Node::Member> flat;
    for (const Node::Member& member : node.members) {
      if (member.size == 0 && member.node == nullptr) continue;
      if (member.size == 0 && member.node->kind == Kind::kStruct &&
          member.node->migrators.empty()) {
        for (Node::Member inner : member.node->members) {
          inner.from_offset += member.from_offset;
          inner.to_offset += member.to_offset;
          flat.push_back(inner);
        }
      } else {
        flat.push_back(member);
      }
    }
    std::sort(flat.begin(), flat.end(),
              [](const Node::Member& a, const Node::Member& b) {
                return a.from_offset < b.from_offset;
              });
    node.members.clear();
    for (const Node::Member& member : flat) {
      if (!node.members.empty()) {
        Node::Member& last = node.members.back();
        if (last.size != 0 && member.size != 0 &&
            last.from_offset + last.size == member.from_offset &&
            last.to_offset + last.size == member.to_offset) {
          last.size += member.size;
          continue;
        }
      }
      node.members.push_back(member);
    }
  }

  void FillMigrators(Node& node, const std::string& path,
                     std::set<std::string, std::less<>>& left,
                     std::set<std::string, std::less<>>& read) {
    const SchemaType& from = At(node.from);
    for (const StateMigrator* migrator = first_; migrator != nullptr;
         migrator = migrator->next) {
      if (migrator->to != node.to || active_.count(migrator) != 0) continue;
      const StateType& old = *migrator->from;
      // All of its fields must be there, and it must make a difference.
      bool fits = true;
      bool matters = false;
      for (size_t i = 0; i < old.part_count && fits; ++i) {
        const std::string_view name = ViewOf(old.parts[i].name);
        const SchemaPart* const there = FindPart(from, name);
        const StatePart* const now = FindPart(*node.to, name);
        if (SaysAbsent(old.parts[i])) {
          fits = there == nullptr;
          matters = matters || now != nullptr;
          continue;
        }
        fits = there != nullptr;
        if (!fits) break;
        matters = matters || now == nullptr ||
                  schema_.NameOf(there->type) != NameOf(*now->type);
      }
      if (!fits || !matters) continue;
      active_.insert(migrator);
      const Node* const reads = CompileOld(node.from, old);
      active_.erase(migrator);
      if (reads == nullptr) continue;
      node.migrators.push_back({migrator, reads});
      for (size_t i = 0; i < old.part_count; ++i) {
        const std::string name(ViewOf(old.parts[i].name));
        const SchemaPart* const there = FindPart(from, name);
        const StatePart* const now = FindPart(*node.to, name);
        if (there == nullptr) continue;
        read.insert(name);
        if (now != nullptr && !CanConvert(there->type, *now->type)) {
          left.insert(name);
        }
      }
      report_.migrated.push_back(absl::StrCat(path, " from ", NameOf(old)));
    }
  }

  bool CanConvert(size_t from, const StateType& to) {
    Mark mark = Remember();
    const std::vector<Open> open = std::exchange(open_, {});
    const bool can = Compile(from, to, "") != nullptr;
    open_ = open;
    Forget(std::move(mark));
    return can;
  }

  // What a migrator sees of the older value: what it doesn't list is nobody's
  // business here.
  const Node* CompileOld(size_t from, const StateType& old) {
    Mark mark = Remember();
    const std::vector<Open> open = std::exchange(open_, {});
    const Node* node = Compile(from, old, "");
    open_ = open;
    const size_t losses = report_.lost.size();
    std::vector<StateMigration::Loss> lost = std::move(report_.lost);
    Forget(std::move(mark));
    // The nodes count in them.
    if (node != nullptr && losses > report_.lost.size()) {
      report_.lost = std::move(lost);
    }
    return node;
  }

  Conversion& conversion_;
  const Schema& schema_;
  StateMigration& report_;
  const StateMigrator* const first_;
  // An old type may have migrators of its own, but not in circles.
  std::set<const StateMigrator*> active_;
  // What is being compiled: a type may hold itself.
  std::vector<Open> open_;
  std::vector<std::string> problems_;
};

class Conversion::Runner {
 public:
  Runner(Conversion& conversion, BytesReader& in)
      : schema_(*conversion.from_),
        code_(*conversion.code_),
        lost_(conversion.report_.lost),
        in_(in) {}

  absl::Status Read(const Node& node, void* to, int depth) {
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

 private:
  const SchemaType& At(size_t index) const { return schema_.types()[index]; }

  static absl::Status Damaged() {
    return absl::DataLossError("its bytes are damaged");
  }

  void Lose(size_t loss, uint64_t count = 1) {
    if (loss != kNowhere) lost_[loss].count += count;
  }

  absl::Status Emplace(const Node& node, size_t index, void* to,
                       void*& value) const {
    return code_.Call(
        [&] { return node.to->access->emplace(to, index, &value); });
  }

  // From a value whose bytes are all there.
  absl::Status Convert(const Node& node, const char* from, void* to,
                       int depth) {
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
      case Node::Kind::kStruct: {
        for (const Node::Member& member : node.members) {
          char* const target = static_cast<char*>(to) + member.to_offset;
          if (member.size != 0) {
            std::memcpy(target, from + member.from_offset, member.size);
          } else if (member.node != nullptr) {
            const absl::Status status = Convert(
                *member.node, from + member.from_offset, target, depth + 1);
            if (!status.ok()) return status;
          }
        }
        return Migrate(node, to, [&](const Node& old, void* object) {
          return Convert(old, from, object, depth + 1);
        });
      }
      case Node::Kind::kWrap: {
        void* value = nullptr;
        const absl::Status status = Emplace(node, 1, to, value);
        return status.ok() ? Convert(*node.element, from, value, depth + 1)
                           : status;
      }
      case Node::Kind::kList: {
        const SchemaType& array = At(node.from);
        return ConvertBlock(node, from, array.count, to, depth);
      }
      default:
        return Damaged();
    }
  }

  void ConvertEnum(const Node& node, const char* from, void* to) {
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

  // Runs the migrators of a struct: `read` fills an object of their type.
  template <typename ReadOld>
  absl::Status Migrate(const Node& node, void* to, const ReadOld& read) {
    for (const Node::Migrator& migrator : node.migrators) {
      const StateType& old = *migrator.migrator->from;
      const ElementStorage storage(old.size, old.alignment);
      absl::Status status =
          code_.Call([&] { return old.access->construct(storage.get()); });
      if (!status.ok()) return status;
      status = read(*migrator.node, storage.get());
      if (status.ok()) {
        status = code_.Call(
            [&] { return migrator.migrator->run(storage.get(), to); });
      }
      status.Update(code_.Call([&]() -> Failure* {
        old.access->destroy(storage.get());
        return nullptr;
      }));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadStruct(const Node& node, void* to, int depth) {
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

  absl::Status ReadList(const Node& node, void* to, int depth) {
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

  // Plain elements, side by side.
  absl::Status ConvertBlock(const Node& node, const char* from, size_t count,
                            void* to, int depth) {
    const Node& element = *node.element;
    const size_t stride = At(element.from).size;
    return FillList(
        node, count, to, depth,
        [&](size_t index, void* target) {
          return Convert(element, from + index * stride, target, depth + 1);
        },
        [&](size_t index, char* target, size_t size) {
          return ConvertMany(element, from + index * stride, stride, target,
                             element.to->size, size, depth + 1);
        });
  }

  absl::Status ReadElements(const Node& node, size_t count, void* to,
                            int depth) {
    const Node& element = *node.element;
    return FillList(
        node, count, to, depth,
        [&](size_t, void* target) { return Read(element, target, depth + 1); },
        [&](size_t, char* target, size_t size) {
          for (size_t i = 0; i < size; ++i) {
            const absl::Status status =
                Read(element, target + i * element.to->size, depth + 1);
            if (!status.ok()) return status;
          }
          return absl::OkStatus();
        });
  }

  // Puts `count` elements into an array, sequence or set. `one` fills the
  // element with an index, `many` some that lie side by side.
  template <typename One, typename Many>
  absl::Status FillList(const Node& node, size_t count, void* to, int depth,
                        const One& one, const Many& many) {
    const StateType& list = *node.to;
    const StateType& element = *list.parts[0].type;
    if (list.kind == StateKind::kArray) {
      const size_t kept = std::min<size_t>(count, list.count);
      absl::Status status = many(0, static_cast<char*>(to), kept);
      for (size_t i = kept; i < count && status.ok(); ++i) {
        Lose(node.loss);
        // A block was read at once.
        if (!At(node.element->from).is_plain) {
          status = Skip(node.element->from, depth + 1);
        }
      }
      return status;
    }
    absl::Status status = Clear(list, to);
    if (!status.ok()) return status;
    if (list.access->append == nullptr) {
      const ElementStorage storage(element.size, element.alignment);
      for (size_t i = 0; i < count; ++i) {
        status = Insert(node, list, element, storage.get(), to,
                        [&] { return one(i, storage.get()); });
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    }
    // Few enough for the cache, so that the elements are still there when they
    // have got their defaults.
    constexpr size_t kBlockBytes = 16384;
    const size_t most = std::max<size_t>(1, kBlockBytes / element.size);
    const bool side_by_side = list.access->data != nullptr;
    std::vector<void*> targets(side_by_side ? 1 : std::min(most, count));
    // The number may be a lie that only the end of the bytes shows.
    const bool is_true = in_.is_trusted() || At(node.element->from).is_plain;
    const size_t total = is_true ? count : std::min(count, most);
    for (size_t begin = 0; begin < count; begin += most) {
      const size_t size = std::min(most, count - begin);
      status = code_.Call([&] {
        return list.access->append(to, std::max(total, begin + size), size,
                                   targets.data());
      });
      if (!status.ok()) return status;
      if (side_by_side) {
        status = many(begin, static_cast<char*>(targets[0]), size);
      } else {
        for (size_t i = 0; i < size && status.ok(); ++i) {
          status = one(begin + i, targets[i]);
        }
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Elements that lie side by side on both sides.
  absl::Status ConvertMany(const Node& node, const char* from,
                           size_t from_stride, char* to, size_t to_stride,
                           size_t count, int depth) {
    if (node.kind == Node::Kind::kCopy && node.size == from_stride &&
        node.size == to_stride) {
      std::memcpy(to, from, count * node.size);
      return absl::OkStatus();
    }
    const bool is_simple =
        node.kind == Node::Kind::kStruct && node.migrators.empty() &&
        std::all_of(
            node.members.begin(), node.members.end(),
            [](const Node::Member& member) { return member.size != 0; });
    if (is_simple) {
      for (const Node::Member& member : node.members) {
        CopyStrided(from + member.from_offset, from_stride,
                    to + member.to_offset, to_stride, member.size, count);
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

  template <size_t kSize>
  static void CopyStridedOf(const char* from, size_t from_stride, char* to,
                            size_t to_stride, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      std::memcpy(to + i * to_stride, from + i * from_stride, kSize);
    }
  }
  static void CopyStrided(const char* from, size_t from_stride, char* to,
                          size_t to_stride, size_t size, size_t count) {
    switch (size) {
      case 1:
        return CopyStridedOf<1>(from, from_stride, to, to_stride, count);
      case 2:
        return CopyStridedOf<2>(from, from_stride, to, to_stride, count);
      case 4:
        return CopyStridedOf<4>(from, from_stride, to, to_stride, count);
      case 8:
        return CopyStridedOf<8>(from, from_stride, to, to_stride, count);
      case 12:
        return CopyStridedOf<12>(from, from_stride, to, to_stride, count);
      case 16:
        return CopyStridedOf<16>(from, from_stride, to, to_stride, count);
      case 20:
        return CopyStridedOf<20>(from, from_stride, to, to_stride, count);
      case 24:
        return CopyStridedOf<24>(from, from_stride, to, to_stride, count);
      case 32:
        return CopyStridedOf<32>(from, from_stride, to, to_stride, count);
      default:
        for (size_t i = 0; i < count; ++i) {
          std::memcpy(to + i * to_stride, from + i * from_stride, size);
        }
    }
  }

  absl::Status Clear(const StateType& container, void* to) const {
    return code_.Call([&]() -> Failure* {
      return container.access->size(to) == 0 ? nullptr
                                             : container.access->clear(to);
    });
  }

  // Makes an element or key, has `fill` fill it, and moves it into the
  // container. What there is for the key then is `value`.
  template <typename Fill>
  absl::Status Insert(const Node& node, const StateType& container,
                      const StateType& element, void* storage, void* to,
                      const Fill& fill, void** value = nullptr) {
    absl::Status status =
        code_.Call([&] { return element.access->construct(storage); });
    if (!status.ok()) return status;
    status = fill();
    void* added = nullptr;
    if (status.ok()) {
      status = code_.Call(
          [&] { return container.access->insert(to, storage, &added); });
      if (status.ok() && added == nullptr) Lose(node.loss);
    }
    status.Update(code_.Call([&]() -> Failure* {
      element.access->destroy(storage);
      return nullptr;
    }));
    if (value != nullptr) *value = added;
    return status;
  }

  absl::Status ReadMap(const Node& node, void* to, int depth) {
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
          node, map, key, storage.get(), to,
          [&] { return Read(*node.key, storage.get(), depth + 1); }, &value);
      if (!status.ok()) return status;
      status = value == nullptr ? Skip(node.element->from, depth + 1)
                                : Read(*node.element, value, depth + 1);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadAlternative(const Node& node, void* to, int depth) {
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

  // Past a value that nobody wants.
  absl::Status Skip(size_t index, int depth) {
    if (depth > kMaxStateDepth) return TooDeep();
    const SchemaType& type = At(index);
    if (type.is_plain) {
      return in_.ReadBlock(type.size) == nullptr ? Damaged() : absl::OkStatus();
    }
    const auto skip_parts = [&] {
      for (const SchemaPart& part : type.parts) {
        absl::Status status = Skip(part.type, depth + 1);
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    };
    if (type.kind == StateKind::kStruct) return skip_parts();
    uint64_t count = type.count;
    if (type.kind != StateKind::kArray) count = in_.ReadNumber();
    if (!in_.ok()) return Damaged();
    if (type.kind == StateKind::kOptional || type.kind == StateKind::kVariant) {
      const bool is_optional = type.kind == StateKind::kOptional;
      if (count == (is_optional ? 0 : kNoAlternative)) return absl::OkStatus();
      if (count >= (is_optional ? 2 : type.parts.size())) return Damaged();
      return Skip(type.parts[is_optional ? 0 : count].type, depth + 1);
    }
    const SchemaType& element = At(type.parts[0].type);
    if (!in_.MayHold(count, element.is_plain ? element.size : 1)) {
      return Damaged();
    }
    if (type.kind != StateKind::kMap && type.kind != StateKind::kArray &&
        element.is_plain) {
      return in_.ReadBlock(count * element.size) == nullptr ? Damaged()
                                                            : absl::OkStatus();
    }
    for (uint64_t i = 0; i < count; ++i) {
      absl::Status status = skip_parts();
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const Schema& schema_;
  const StateCode& code_;
  std::vector<StateMigration::Loss>& lost_;
  BytesReader& in_;
};

Conversion::Conversion(std::shared_ptr<const Schema> from,
                       std::shared_ptr<const StateCode> code)
    : from_(std::move(from)), code_(std::move(code)) {}

Conversion::~Conversion() = default;

absl::StatusOr<std::unique_ptr<Conversion>> Conversion::Make(
    std::shared_ptr<const Schema> from, const StateType& to,
    std::shared_ptr<const StateCode> code, const StateMigrator* first) {
  auto conversion = std::unique_ptr<Conversion>(
      new Conversion(std::move(from), std::move(code)));
  conversion->report_.state = NameOf(to);
  conversion->report_.layout_changed = true;
  Compiler compiler(*conversion, first);
  conversion->root_ = compiler.Compile(0, to, conversion->report_.state);
  if (conversion->root_ != nullptr) return conversion;
  std::vector<std::string> problems = compiler.problems();
  if (problems.size() > kMaxProblems) {
    const size_t more = problems.size() - kMaxProblems;
    problems.resize(kMaxProblems);
    problems.push_back(absl::StrCat("and ", more, " more"));
  }
  return absl::FailedPreconditionError(absl::StrCat(
      conversion->report_.state,
      " can't be carried over into the new layout:\n  ",
      absl::StrJoin(problems, "\n  "),
      "\nGive the field another name, so that it starts with its default; or "
      "give the module a RELIB_MIGRATE (relib/state/migrate.h) whose old "
      "struct lists the field with its old type"));
}

absl::Status Conversion::Run(BytesReader& in, void* object) {
  for (StateMigration::Loss& loss : report_.lost) loss.count = 0;
  absl::Status status = Runner(*this, in).Read(*root_, object, 0);
  if (status.ok() && !in.at_end()) {
    return absl::DataLossError("there are more bytes than its value has");
  }
  return status;
}

StateMigration Conversion::Report() const {
  StateMigration report = report_;
  std::erase_if(report.lost, [](const StateMigration::Loss& loss) {
    return loss.count == 0;
  });
  return report;
}

}  // namespace relib::internal
