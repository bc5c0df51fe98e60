#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/state/internal/checkpoint/saved_state.h"
#include "relib/state/internal/conversion/conversion.h"
#include "relib/state/internal/conversion/conversion_fixture.h"
#include "relib/state/internal/conversion/conversion_types.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migrate.h"

// Files and values that are damaged, hostile or can't be converted.

namespace relib::internal {
namespace {

using ::testing::HasSubstr;

using DamagedValueTest = ConversionTest;

struct OldEntity {
  int64_t hp = 0;
  old_version::Vec at;
};
RELIB_MIGRATE(const OldEntity& old, new_version::Entity& entity) {
  entity.speed = static_cast<float>(old.hp) + old.at.x;
}

TEST_F(DamagedValueTest, FilesAreReadAsWritten) {
  const SavedState saved = {.schema = Bound<old_version::World>().schema,
                            .bytes = Encoded(OldWorld()),
                            .pointer = {}};
  const std::string file = ToFile(saved);
  const absl::StatusOr<SavedState> read = FromFile(file);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->bytes, saved.bytes);
  EXPECT_EQ(read->schema->fingerprint(), saved.schema->fingerprint());
}

TEST_F(DamagedValueTest, DamagedFilesAreRefused) {
  const std::string file = ToFile({.schema = Bound<old_version::World>().schema,
                                   .bytes = Encoded(OldWorld()),
                                   .pointer = {}});
  for (size_t size = 0; size < file.size(); ++size) {
    ASSERT_EQ(FromFile(std::string_view(file).substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 5'000; ++i) {
    std::string damaged = file;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    ASSERT_EQ(FromFile(damaged).status().code(), absl::StatusCode::kDataLoss);
  }
}

// Bytes that an attacker has given a valid checksum.
TEST_F(DamagedValueTest, HostileBytesDoNoHarm) {
  const BoundSchema type = Bound<old_version::World>();
  const std::string schema = type.schema->ToBytes();
  const std::string bytes = Encoded(OldWorld());
  const auto run = [&](std::string_view some_schema,
                       std::string_view some_bytes) {
    const auto parsed = Schema::Parse(some_schema);
    if (!parsed.ok()) return false;
    auto conversion = Conversion::Make(
        *parsed, BytesOrigin::kOutside, StateTypeOf<new_version::World>::kType,
        std::make_shared<OwnCode>(), first_state_migrator);
    if (!conversion.ok()) return false;
    new_version::World world;
    BytesReader in(some_bytes);
    return (*conversion)->Run(in, &world).ok();
  };
  ASSERT_TRUE(run(schema, bytes));
  std::mt19937 random(2);
  const auto damage = [&](std::string text) {
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] ^= static_cast<char>(1 << random() % 8);
          break;
        case 1:
          text[at] = static_cast<char>(random());
          break;
        default:
          text.resize(at + 1);
      }
    }
    return text;
  };
  int survived = 0;
  for (int i = 0; i < 1'000; ++i) {
    survived += run(damage(schema), bytes);
    survived += run(schema, damage(bytes));
    survived += run(damage(schema), damage(bytes));
  }
  // Damage to a number is indistinguishable from another number.
  EXPECT_GT(survived, 0);
}

// Without padding, which isn't copied.
struct Flags {
  bool first = false;
  uint8_t number = 0;
  bool second = false;
};
struct FlagHolder {
  Flags flags;
  std::array<bool, 2> array = {};
  std::pmr::vector<Flags> list;
  std::pmr::set<bool> set;
  std::pmr::map<bool, bool> map;
  std::optional<bool> maybe;
};

FlagHolder AllFlags(bool value) {
  const Flags flags = {.first = value, .number = 1, .second = value};
  return {.flags = flags,
          .array = {value, value},
          .list = {flags, flags},
          .set = {value},
          .map = {{value, value}},
          .maybe = value};
}

// An object of type bool with another value is undefined behavior.
TEST_F(DamagedValueTest, AnyByteBecomesAValidBool) {
  std::string bytes = Encoded(AllFlags(false));
  const std::string ones = Encoded(AllFlags(true));
  ASSERT_EQ(bytes.size(), ones.size());
  int flags = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == ones[i]) continue;
    bytes[i] = 112;
    ++flags;
  }
  EXPECT_EQ(flags, 12);
  const auto conversion = Conversion::Make(
      Bound<FlagHolder>().schema, BytesOrigin::kOutside,
      StateTypeOf<FlagHolder>::kType, std::make_shared<OwnCode>(), nullptr);
  ASSERT_TRUE(conversion.ok()) << conversion.status();
  FlagHolder holder;
  BytesReader in(bytes);
  ASSERT_EQ((*conversion)->Run(in, &holder), absl::OkStatus());
  EXPECT_TRUE(Encoded(holder) == ones);
  EXPECT_TRUE((*conversion)->Report().lost.empty());
}

TEST_F(DamagedValueTest, RefusesValuesThatAreNestedTooDeeply) {
  old_version::Tree tree;
  for (int i = 0; i < 600; ++i) {
    old_version::Tree outer;
    outer.children.push_back(std::move(tree));
    tree = std::move(outer);
  }
  const auto converted = Convert<old_version::Tree>(tree);
  EXPECT_THAT(converted.status().message(), HasSubstr("more than 500 deep"));
}

struct HostileTree {
  std::pmr::vector<HostileTree> left;
  std::pmr::vector<HostileTree> right;
};
struct ChangedTree {
  std::pmr::list<ChangedTree> left;
  std::pmr::list<ChangedTree> right;
};

// Returns a schema of `levels` structs. Each has the fields `left` and `right`,
// which are vectors of the next struct; those of the last have its own type.
std::shared_ptr<const Schema> HostileSchema(std::string_view name,
                                            size_t levels) {
  Bytes out;
  const auto append_type = [&](StateKind kind, std::string_view type_name,
                               size_t size, size_t parts) {
    out.AppendNumber(static_cast<uint64_t>(kind));
    out.AppendText(type_name);
    out.AppendNumber(size);
    out.AppendNumber(8);  // alignment
    out.AppendNumber(0);  // count
    out.AppendNumber(parts);
  };
  const auto append_part = [&](std::string_view part_name, size_t offset,
                               size_t type) {
    out.AppendText(part_name);
    out.AppendNumber(offset);
    out.AppendNumber(type);
  };
  out.AppendNumber(3 * levels);
  for (size_t i = 0; i < levels; ++i) {
    append_type(StateKind::kStruct, name, 64, 2);
    append_part("left", 0, 3 * i + 1);
    append_part("right", 32, 3 * i + 2);
    out.AppendNumber(0);  // enumerators
    for (int vector = 0; vector < 2; ++vector) {
      append_type(StateKind::kSequence, "std::pmr::vector", 32, 1);
      append_part("", 0, 3 * std::min(i + 1, levels - 1));
      out.AppendNumber(0);
    }
  }
  absl::StatusOr<std::shared_ptr<const Schema>> schema =
      Schema::Parse(out.bytes());
  EXPECT_TRUE(schema.ok()) << schema.status();
  return *std::move(schema);
}

template <typename To>
absl::Status PlanFrom(std::shared_ptr<const Schema> from) {
  return Conversion::Make(std::move(from), BytesOrigin::kOutside,
                          StateTypeOf<To>::kType, std::make_shared<OwnCode>(),
                          nullptr)
      .status();
}

// A chain of types is as deep as the file is long.
TEST_F(DamagedValueTest, DeepTypesAreRefused) {
  const absl::Status status =
      PlanFrom<HostileTree>(HostileSchema("HostileTree", 12'000));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("more than 500 deep"));
}

// There are 2^40 ways through these types.
TEST_F(DamagedValueTest, ManyWaysThroughTheTypesTakeNoTime) {
  EXPECT_EQ(PlanFrom<HostileTree>(HostileSchema("HostileTree", 40)),
            absl::OkStatus());
  // Here each way has lines of its own in the report.
  const absl::Status status =
      PlanFrom<ChangedTree>(HostileSchema("HostileTree", 40));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("as often as"));
}

// Each type of a long chain has the pointer of the last one.
TEST_F(DamagedValueTest, PointersAreFoundInLinearTime) {
  constexpr size_t kLength = 100'000;
  Bytes out;
  out.AppendNumber(kLength);
  for (size_t i = 0; i < kLength; ++i) {
    const bool is_last = i + 1 == kLength;
    out.AppendNumber(static_cast<uint64_t>(is_last ? StateKind::kPointer
                                                   : StateKind::kStruct));
    out.AppendText("T");
    out.AppendNumber(8);
    out.AppendNumber(8);
    out.AppendNumber(0);
    out.AppendNumber(is_last ? 0 : 1);
    if (!is_last) {
      out.AppendText("f");
      out.AppendNumber(0);
      out.AppendNumber(i + 1);
    }
    out.AppendNumber(0);
  }
  const auto schema = Schema::Parse(out.bytes());
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_TRUE((*schema)->root().has_pointers);
}

// A name may be as long as the file, and occurs often in messages.
TEST_F(DamagedValueTest, LongNamesAreCut) {
  const auto schema = HostileSchema(std::string(1 << 20, 'n'), 3);
  EXPECT_LT(schema->NameOf(1).size(), 2000);
}

struct Throws {
  Throws() {
    if (--left == 0) throw std::runtime_error("enough");
  }
  int a = 0;
  static int left;
};
int Throws::left = 0;
RELIB_STATE(Throws, a);

TEST_F(DamagedValueTest, ConstructorsMayThrow) {
  Throws::left = 1000;
  Holder<std::pmr::vector<Throws>> from;
  from.value.resize(50);
  Throws::left = 20;
  const auto converted = Convert<Holder<std::pmr::list<Throws>>>(from);
  EXPECT_THAT(converted.status().message(), HasSubstr("enough"));
}

}  // namespace
}  // namespace relib::internal
