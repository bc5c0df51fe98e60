// Tests values of every kind of type across the boundary, callbacks, and
// optional exports.

#include "tests/modules/boundary.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/support/module_file.h"

namespace relib {
namespace ages {

// Interfaces of a newer host.
struct Newer {
  OptionalExport<int()> present;
  OptionalExport<void(std::string)> not_yet = implement<[](std::string) {}>;
};
RELIB_INTERFACE(Newer, present, not_yet);
struct Strict {
  Export<int()> absent;
};
RELIB_INTERFACE(Strict, absent);
struct Different {
  OptionalExport<long()> present;
};
RELIB_INTERFACE(Different, present);

}  // namespace ages
namespace {

using ages::Different;
using ages::Newer;
using ages::Strict;

using boundary::Buffer;
using boundary::Item;
using boundary::Line;
using boundary::Node;
using boundary::Tree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BoundaryTest : public ::testing::Test {
 protected:
  BoundaryTest() {
    absl::StatusOr<Module<boundary::Exports>> module = Load<boundary::Exports>(
        ModuleFile("boundary"),
        boundary::Imports{
            .item =
                [](Item item) {
                  item.values.push_back(std::nullopt);
                  return item;
                },
            .list =
                [](Node list) {
                  list.value *= 100;
                  return list;
                },
            .last_word =
                [](std::string_view text) {
                  return Borrowed<std::string_view>(
                      text.substr(text.rfind(' ') + 1));
                },
            .each =
                [this](int count, FunctionRef<void(int)> visit) {
                  for (int i = 0; i < count; ++i) {
                    last_visit_ = visit(i);
                    // Rethrows the exception of the module's callback.
                    if (!last_visit_.ok()) {
                      throw std::runtime_error(
                          std::string(last_visit_.message()));
                    }
                  }
                },
            .down = [this](int depth) { return *exports().down(depth); }});
    EXPECT_TRUE(module.ok()) << module.status();
    if (module.ok()) module_.emplace(*std::move(module));
  }

  const boundary::Exports& exports() const { return module_->exports(); }

  absl::Status last_visit_;
  std::optional<Module<boundary::Exports>> module_;
};

TEST_F(BoundaryTest, Aggregates) {
  const Item item{.name = std::string("zero\0byte", 9),
                  .values = {1.5, std::nullopt},
                  .tag = "text",
                  .table = {{"one", {1, 2}}, {"", {3, 4}}}};
  Item expected = item;
  expected.values.push_back(std::nullopt);
  EXPECT_EQ(*exports().item(item), expected);
  expected = item;
  expected.name += '!';
  EXPECT_EQ(*exports().item_by_value(item), expected);
  EXPECT_EQ(exports().item_by_value(Item())->name, "!");
}

TEST_F(BoundaryTest, ResultsOutliveTheModule) {
  absl::StatusOr<Item> item = exports().item_by_value(
      {.name = std::string(1000, 'n'), .values = {1}, .tag = "t", .table = {}});
  absl::StatusOr<Node> list = exports().list(4);
  absl::StatusOr<std::string> text = exports().text(1000);
  ASSERT_TRUE(module_->Unload().ok());
  EXPECT_EQ(item->name.size(), 1001);
  EXPECT_EQ(list->next->next->value, 2);
  EXPECT_EQ(text->size(), 1000);
}

TEST_F(BoundaryTest, EmptyAndLargeTexts) {
  EXPECT_EQ(*exports().text(0), "");
  EXPECT_EQ(*exports().text(1), "x");
  constexpr size_t kLarge = size_t{64} << 20;
  const absl::StatusOr<std::string> large = exports().text(kLarge);
  ASSERT_TRUE(large.ok()) << large.status();
  EXPECT_EQ(large->size(), kLarge);
  EXPECT_EQ(large->find_first_not_of('\0'), kLarge - 1);
  EXPECT_EQ(exports().first_word(*large)->view().size(), kLarge);
}

TEST_F(BoundaryTest, ContainersInContainers) {
  EXPECT_THAT(*exports().transpose({{"a", "b", "c"}, {"d", "e", "f"}}),
              ElementsAre(ElementsAre("a", "d"), ElementsAre("b", "e"),
                          ElementsAre("c", "f")));
  EXPECT_THAT(*exports().transpose({}), ElementsAre());
}

TEST_F(BoundaryTest, ATypeThatContainsItself) {
  const Tree tree{.name = "root",
                  .children = {{.name = "a", .children = {}},
                               {.name = "b", .children = {{"c", {}}}}}};
  const absl::StatusOr<Tree> result = exports().tree(tree);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->children[0], tree.children[1]);
  EXPECT_EQ(result->children[1], tree.children[0]);
}

TEST_F(BoundaryTest, WhatCanOnlyBeMoved) {
  absl::StatusOr<Node> list = exports().list(3);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->value, 300);
  EXPECT_EQ(list->next->next->value, 1);
  EXPECT_EQ(*exports().sum(*list), 303);
  EXPECT_EQ(*exports().sum(Node()), 0);

  absl::StatusOr<std::optional<std::unique_ptr<std::string>>> owned =
      exports().owned(true);
  ASSERT_TRUE(owned.ok()) << owned.status();
  EXPECT_EQ((*owned)->get()->size(), 100);
  EXPECT_FALSE(exports().owned(false)->has_value());
}

TEST_F(BoundaryTest, WhatHasATransfer) {
  std::vector<Buffer> buffers;
  buffers.emplace_back("one");
  buffers.emplace_back("two");
  const absl::StatusOr<std::map<int, Buffer>> numbered =
      exports().buffers(buffers);
  ASSERT_TRUE(numbered.ok()) << numbered.status();
  EXPECT_EQ(numbered->at(1).text(), "one");
  EXPECT_EQ(numbered->at(2).text(), "two");
  // The caller's objects are unchanged.
  EXPECT_EQ(buffers[0].text(), "one");
}

// The side that makes the copy gets its exception.
TEST_F(BoundaryTest, CopiesThatThrow) {
  std::vector<Buffer> buffers;
  buffers.emplace_back("throw");
  const absl::Status status = exports().buffers(buffers).status();
  EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
  ASSERT_TRUE(ExceptionOf(status).has_value());
  EXPECT_EQ(ExceptionOf(status)->type, "std::length_error");

  EXPECT_EQ(exports().buffer("text")->text(), "text");
  EXPECT_THROW(static_cast<void>(exports().buffer("throw")), std::length_error);
  // The call has ended despite the exception.
  EXPECT_TRUE(module_->Unload().ok());
}

TEST_F(BoundaryTest, BorrowedResultsPointIntoArguments) {
  const std::string text = "hello world";
  const absl::StatusOr<Borrowed<std::string_view>> word =
      exports().first_word(text);
  ASSERT_TRUE(word.ok()) << word.status();
  EXPECT_EQ(word->view(), "hello");
  EXPECT_EQ(word->view().data(), text.data());
  const std::vector<int> numbers = {1, 2, 3};
  EXPECT_EQ(exports().rest(numbers)->view().data(), &numbers[1]);
  const std::vector<Line> lines = {{"a", 1}, {"long", 2}, {"bb", 3}};
  EXPECT_EQ(exports().longest(lines)->view().number, 2);
}

TEST_F(BoundaryTest, ASpanOfTheCallersCanBeWritten) {
  std::vector<int> numbers = {1, 2};
  ASSERT_TRUE(exports().negate(numbers).ok());
  EXPECT_THAT(numbers, ElementsAre(-1, -2));
}

TEST_F(BoundaryTest, Scalars) {
  EXPECT_TRUE(*exports().all_scalars(
      true, 'c', -8, std::numeric_limits<uint64_t>::max(), 0.5F, 0.25, this));
  EXPECT_EQ(*exports().long_double(1), 1.0L / 3);
}

int Increment(int value) { return value + 1; }

TEST_F(BoundaryTest, Callbacks) {
  int calls = 0;
  const auto triple = [&](int value) {
    ++calls;
    return 3 * value;
  };
  EXPECT_EQ(*exports().twice(triple, 5), 45);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(*exports().twice(Increment, 5), 7);
  EXPECT_EQ(*exports().twice(&Increment, 5), 7);
  std::string seen;
  EXPECT_EQ(*exports().describe(
                [&](const Item& item) {
                  seen = item.name;
                  return "<" + item.name + ">";
                },
                {.name = "item", .values = {}, .tag = 1, .table = {}}),
            "<item>.");
  EXPECT_EQ(seen, "item");
}

TEST_F(BoundaryTest, CallbacksOfTheHostThatThrow) {
  EXPECT_EQ(*exports().what_it_throws([] {}), "nothing");
  EXPECT_EQ(*exports().what_it_throws([] { throw std::logic_error("oh"); }),
            "std::logic_error: oh");
  // The module doesn't catch the exception.
  const absl::StatusOr<int> result =
      exports().twice([](int) -> int { throw std::runtime_error("no"); }, 1);
  EXPECT_EQ(CallErrorOf(result.status()), CallError::kException);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("no"));
}

TEST_F(BoundaryTest, CallbacksOfTheModule) {
  EXPECT_EQ(*exports().collect(5), 0 + 1 + 2 + 3 + 4);
  EXPECT_TRUE(last_visit_.ok());
}

TEST_F(BoundaryTest, CallbacksOfTheModuleThatThrow) {
  const absl::StatusOr<std::string> text = exports().collect_and_throw(3);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("at 0"));
  EXPECT_EQ(CallErrorOf(last_visit_), CallError::kException);
  ASSERT_TRUE(ExceptionOf(last_visit_).has_value());
  EXPECT_EQ(ExceptionOf(last_visit_)->type, "std::out_of_range");
  EXPECT_EQ(ExceptionOf(last_visit_)->what, "at 0");
}

TEST_F(BoundaryTest, CallbacksThatCallTheModule) {
  EXPECT_EQ(
      *exports().twice(
          [&](int value) { return *exports().twice(Increment, value); }, 10),
      14);
  // Host and module call each other recursively.
  EXPECT_EQ(*exports().down(50), 50);
}

TEST_F(BoundaryTest, ACallbackThatUnloadsIsRefused) {
  absl::Status status;
  EXPECT_EQ(*exports().twice(
                [&](int value) {
                  status = module_->Unload().status();
                  return value;
                },
                1),
            1);
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
  EXPECT_TRUE(module_->Unload().ok());
}

TEST_F(BoundaryTest, OptionalExports) {
  EXPECT_TRUE(exports().present);
  EXPECT_EQ(*exports().present(), 1);
  EXPECT_FALSE(exports().absent);
  EXPECT_EQ(CallErrorOf(exports().absent().status()), CallError::kNoExport);

  absl::StatusOr<Pinned<boundary::Exports>> pinned = module_->Pin();
  ASSERT_TRUE(pinned.ok()) << pinned.status();
  EXPECT_EQ(*pinned->exports().present(), 1);
  EXPECT_EQ(CallErrorOf(pinned->exports().absent().status()),
            CallError::kNoExport);
}

boundary::Imports SomeImports() {
  return {.item = [](Item item) { return item; },
          .list = [](Node list) { return list; },
          .last_word = [](std::string_view text) { return text; },
          .each = [](int, FunctionRef<void(int)>) {},
          .down = [](int) { return 0; }};
}

TEST(OptionalExportTest, HostsOfAnotherAge) {
  absl::StatusOr<Module<Newer>> newer =
      Load<Newer>(ModuleFile("boundary"), SomeImports());
  ASSERT_TRUE(newer.ok()) << newer.status();
  EXPECT_EQ(*newer->exports().present(), 1);
  // A default body in the host doesn't count as an export of the module.
  EXPECT_FALSE(newer->exports().not_yet);
  ASSERT_TRUE(newer->Unload().ok());

  const absl::Status strict =
      Load<Strict>(ModuleFile("boundary"), SomeImports()).status();
  EXPECT_EQ(LoadErrorOf(strict), LoadError::kMissingExport) << strict;
  EXPECT_THAT(std::string(strict.message()),
              HasSubstr("an OptionalExport without a body"));

  const absl::Status different =
      Load<Different>(ModuleFile("boundary"), SomeImports()).status();
  EXPECT_EQ(LoadErrorOf(different), LoadError::kSignatureMismatch) << different;
}

}  // namespace
}  // namespace relib
