// Passes all types of relib/abi/ between host and module. Built twice, with the
// module of the host's own compiler and with that of Clang and libc++,
// according to RELIB_TEST_MODULE.

#include "relib/abi/testdata/exchange.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/abi/optional.h"
#include "relib/abi/result.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"
#include "relib/host.h"

namespace relib {
namespace {

using exchange::Color;
using exchange::Order;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ModuleFile() {
  return absl::StrCat(
      std::getenv("TEST_SRCDIR"), "/", std::getenv("TEST_WORKSPACE"),
      "/relib/abi/testdata/", platform::kLibraryPrefix,
      std::getenv("RELIB_TEST_MODULE"), platform::kLibrarySuffix);
}

exchange::Imports MakeImports() {
  return {
      .upper =
          [](abi::Str text) {
            abi::String result = text;
            std::transform(result.begin(), result.end(), result.begin(),
                           [](unsigned char c) {
                             return static_cast<char>(std::toupper(c));
                           });
            return result;
          },
      .transpose =
          [](const abi::Vector<abi::Vector<int32_t>>& table) {
            abi::Vector<abi::Vector<int32_t>> result(table[0].size());
            for (const abi::Vector<int32_t>& row : table) {
              for (size_t i = 0; i < row.size(); ++i) {
                result[i].push_back(row[i]);
              }
            }
            return result;
          },
      .fail = [](abi::Str text) { throw std::domain_error(std::string(text)); },
  };
}

class ExchangeTest : public ::testing::Test {
 protected:
  ExchangeTest() {
    absl::StatusOr<Module<exchange::Exports>> module =
        Load<exchange::Exports>(ModuleFile(), MakeImports());
    EXPECT_TRUE(module.ok()) << module.status();
    if (module.ok()) {
      module_ = std::make_unique<Module<exchange::Exports>>(*std::move(module));
    }
  }

  void SetUp() override { ASSERT_NE(module_, nullptr); }
  // Unloading verifies that nothing of the module stays.
  void TearDown() override {
    const absl::Status status = module_->Unload().status();
    EXPECT_TRUE(status.ok() || UnloadErrorOf(status) == UnloadError::kNotLoaded)
        << status;
  }

  const exchange::Exports& exports() { return module_->exports(); }

  std::unique_ptr<Module<exchange::Exports>> module_;
};

TEST_F(ExchangeTest, FundamentalTypes) {
  EXPECT_EQ(*exports().not_of(true), false);
  EXPECT_EQ(*exports().not_of(false), true);
  EXPECT_EQ(*exports().next_schar(-2), -1);
  EXPECT_EQ(*exports().next_uint8(254), 255);
  EXPECT_EQ(*exports().next_uint8(255), 0);
  EXPECT_EQ(*exports().next_int16(-300), -299);
  EXPECT_EQ(*exports().next_uint16(65535), 0);
  EXPECT_EQ(*exports().next_int32(-2), -1);
  EXPECT_EQ(*exports().next_long(std::numeric_limits<long>::max() - 1),
            std::numeric_limits<long>::max());
  EXPECT_EQ(*exports().next_ull(~0ull - 1), ~0ull);
  EXPECT_EQ(*exports().next_char32(U'a'), U'b');
  EXPECT_EQ(*exports().half_float(3), 1.5f);
  EXPECT_EQ(*exports().half_double(-1e300), -5e299);
  EXPECT_EQ(*exports().other_color(Color::kRed), Color::kBlue);
  EXPECT_EQ(*exports().other_color(Color::kBlue), Color::kRed);
  EXPECT_EQ(*exports().same_far(exchange::Far::kAway), exchange::Far::kAway);
  const auto* const opaque = reinterpret_cast<const exchange::Opaque*>(this);
  EXPECT_EQ(*exports().same_pointer(opaque), opaque);
  EXPECT_EQ(*exports().same_pointer(nullptr), nullptr);
  EXPECT_EQ(*exports().sum_of_all(true, 0.5f, 255, 1e6, -300, Color::kBlue,
                                  -100, 0.25f, u'a'),
            1 + 0.5 + 255 + 1e6 - 300 + 200 - 100 + 0.25 + 97);
}

TEST_F(ExchangeTest, NarrowValuesFromWiderOnes) {
  // For one compiler the caller extends values in registers; for another one
  // nobody does.
  for (uint64_t i = 0; i < 70000; i += 257) {
    // Not known at compile time.
    const volatile uint64_t source = i * 0x0101010101010101;
    const uint64_t wide = source;
    EXPECT_EQ(*exports().next_uint8(static_cast<uint8_t>(wide)),
              static_cast<uint8_t>(wide + 1));
    EXPECT_EQ(*exports().next_int16(static_cast<int16_t>(wide)),
              static_cast<int16_t>(wide + 1));
    EXPECT_EQ(*exports().not_of((wide & 256) != 0), (wide & 256) == 0);
  }
}

TEST_F(ExchangeTest, AggregatesByValue) {
  const exchange::Integers integers = *exports().integers({1ll << 40, 5, -7});
  EXPECT_EQ(integers.a, -(1ll << 40));
  EXPECT_EQ(integers.b, -5);
  EXPECT_EQ(integers.c, 7);
  const exchange::Floats floats = *exports().floats({1.5f, -2.5});
  EXPECT_EQ(floats.x, -1.5f);
  EXPECT_EQ(floats.y, 2.5);
  const exchange::Mixed mixed =
      *exports().mixed({1, 2, true}, {.x = 10, .number = 20, .flag = false});
  EXPECT_EQ(mixed.x, 11);
  EXPECT_EQ(mixed.number, 22);
  EXPECT_TRUE(mixed.flag);
  const exchange::Large large = *exports().large({{1, 2, 3, 4}, Color::kRed});
  EXPECT_THAT(large.values, ElementsAre(-1, -2, -3, -4));
  EXPECT_EQ(large.color, Color::kBlue);
  EXPECT_THAT(exports()
                  .many_by_value("four", large, std::vector<int32_t>{7, 8, 9},
                                 {.x = 0.5, .number = 2})
                  ->values,
              ElementsAre(4, 3, 9, 2.5));
}

TEST_F(ExchangeTest, Strings) {
  EXPECT_EQ(*exports().greet("Ada"), "hello Ada");
  EXPECT_EQ(*exports().greet(""), "hello ");
  EXPECT_EQ(*exports().greet(std::string("Grace")), "hello Grace");
  const std::string zeros("a\0b\0", 4);
  EXPECT_EQ(*exports().greet(zeros), "hello " + zeros);
  EXPECT_EQ(*exports().join({}, ","), "");
  EXPECT_EQ(*exports().join({"a", "", zeros}, ", "), "a, , " + zeros);
  EXPECT_EQ(*exports().call_upper("text"), "TEXT");
}

TEST_F(ExchangeTest, Sequences) {
  EXPECT_THAT(*exports().split("a,,bc", ','), ElementsAre("a", "", "bc"));
  const std::vector<int32_t> numbers = {1, -2, 300};
  EXPECT_EQ(*exports().sum(numbers), 299);
  EXPECT_EQ(*exports().sum({}), 0);
  EXPECT_EQ(*exports().sum(abi::Vector<int32_t>{5, 6}), 11);
  std::vector<int32_t> reversed = {1, 2, 3};
  EXPECT_TRUE(exports().reverse(reversed).ok());
  EXPECT_THAT(reversed, ElementsAre(3, 2, 1));
  EXPECT_EQ(*exports().total_size(abi::Vector<abi::String>{"a", "bcd"}), 4);
  EXPECT_THAT(
      *exports().call_transpose(),
      ElementsAre(ElementsAre(1, 4), ElementsAre(2, 5), ElementsAre(3, 6)));
}

TEST_F(ExchangeTest, OptionalsAndResults) {
  EXPECT_EQ(*exports().maybe(false), std::nullopt);
  EXPECT_THAT(**exports().maybe(true),
              ElementsAre("some", "", std::string(100, 'x')));
  EXPECT_EQ(*exports().next_optional(41), 42);
  EXPECT_EQ(*exports().next_optional(std::nullopt), std::nullopt);
  EXPECT_EQ(**exports().divide(1, 4), 0.25);
  const abi::Result<double> none = *exports().divide(1, 0);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error(), (abi::Error{"division by zero", 33}));
  EXPECT_TRUE(exports().same_result(abi::Result<void>())->ok());
  EXPECT_EQ(exports().same_result(abi::Error{"text", 7})->error(),
            (abi::Error{"text", 7}));
  EXPECT_THAT(**exports().parse("a,,b"), ElementsAre("a", std::nullopt, "b"));
  EXPECT_EQ(exports().parse("")->error().message, "nothing there");
}

Order SomeOrder() {
  Order order;
  order.customer = "Ada";
  order.items = {{.name = "tea", .value = 2}, {.name = "", .value = -1}};
  order.notes = abi::Vector<abi::String>{"soon", "please"};
  order.table = {{1, 2}, {}, {3}};
  order.mixed = {.x = 0.5, .number = 9, .flag = true};
  return order;
}

TEST_F(ExchangeTest, NestedAggregates) {
  const Order order = *exports().double_order(SomeOrder());
  EXPECT_EQ(order.customer, "Ada & co");
  ASSERT_EQ(order.items.size(), 4);
  EXPECT_EQ(order.items[2].name, "tea");
  EXPECT_EQ(order.items[3].value, -1);
  EXPECT_THAT(*order.notes, ElementsAre("soon", "please", "doubled"));
  EXPECT_THAT(order.table,
              ElementsAre(ElementsAre(2, 4), ElementsAre(), ElementsAre(6)));
  EXPECT_EQ(order.mixed.number, 9);
  EXPECT_FALSE(order.mixed.flag);
  EXPECT_EQ(exports().take_order(order)->table, order.table);
  EXPECT_EQ(exports().take_order(Order())->notes, std::nullopt);
}

TEST_F(ExchangeTest, OverAlignedElements) {
  const abi::Vector<exchange::Wide> values =
      *exports().wide(abi::Vector<exchange::Wide>(3));
  ASSERT_EQ(values.size(), 4);
  EXPECT_EQ(values[3].number, 3);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(&values[1]) % alignof(exchange::Wide),
            0);
}

TEST_F(ExchangeTest, LargeValues) {
  constexpr uint64_t kSize = uint64_t{64} << 20;
  const abi::String text = *exports().make_text(kSize);
  ASSERT_EQ(text.size(), kSize);
  EXPECT_EQ(*exports().hash_text(text), exchange::HashOf(text));
}

TEST_F(ExchangeTest, ResultsOutliveTheModule) {
  abi::String text = *exports().greet("somebody with a long name, for once");
  Order order = *exports().double_order(SomeOrder());
  abi::Optional<abi::Vector<abi::String>> maybe = *exports().maybe(true);
  abi::Result<double> none = *exports().divide(1, 0);
  const absl::StatusOr<UnloadReport> report = module_->Unload();
  ASSERT_TRUE(report.ok()) << report.status();

  EXPECT_EQ(text, "hello somebody with a long name, for once");
  text += "!";
  order.items.push_back({.name = "more", .value = 1});
  const Order copy = order;
  EXPECT_EQ(copy.items.size(), 5);
  order = Order();
  EXPECT_EQ((*maybe)[2].size(), 100);
  maybe.reset();
  EXPECT_EQ(none.error().message, "division by zero");
}

TEST_F(ExchangeTest, ValuesThatTheOtherSideDestroys) {
  abi::String text(std::string(1000, 'h'));
  abi::Vector<abi::String> words = {std::string(50, 'w')};
  words.reserve(2);
  ASSERT_TRUE(exports().replace(&text, &words).ok());
  EXPECT_EQ(text, "the module's own text, too long for any buffer inside");
  EXPECT_THAT(words, ElementsAre(std::string(100, 'm'), "first", text));
  // Lets the host and the module extend each other's memory in turn.
  for (int i = 0; i < 100; ++i) {
    text += "more and more";
    words.push_back(text);
  }
  ASSERT_TRUE(exports().replace(&text, &words).ok());
  EXPECT_EQ(words.size(), 105);
  // Frees the module's memory while the module is loaded.
  words.clear();
  words = {};
  text = {};
}

TEST_F(ExchangeTest, ExceptionsOfTheModule) {
  const std::pair<int, ExceptionInfo> expected[] = {
      {0, {.type = "std::out_of_range", .what = "kind 0"}},
      {2, {.type = "int", .what = ""}},
      {4, {.type = "relib::abi::BadResultAccess", .what = "no value"}}};
  for (const auto& [kind, info] : expected) {
    const absl::Status status = exports().throw_one(kind);
    EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
    ASSERT_TRUE(ExceptionOf(status).has_value());
    EXPECT_EQ(ExceptionOf(status)->type, info.type);
    EXPECT_EQ(ExceptionOf(status)->what, info.what);
  }
  // The name of the string type depends on the library.
  absl::Status status = exports().throw_one(1);
  EXPECT_EQ(ExceptionOf(status)->what, "a string");
  EXPECT_THAT(ExceptionOf(status)->type, HasSubstr("basic_string"));
  status = exports().throw_one(3);
  EXPECT_THAT(ExceptionOf(status)->what, HasSubstr("the outer one"));
  EXPECT_TRUE(exports().throw_one(-1).ok());
}

TEST_F(ExchangeTest, ExceptionsOfTheHost) {
  EXPECT_THAT(*exports().call_fail("because"),
              ElementsAre("std::domain_error", "std::domain_error: because"));
}

TEST_F(ExchangeTest, ThreadLocals) {
  EXPECT_EQ(*exports().count_thread_local(), 1);
  EXPECT_EQ(*exports().count_thread_local(), 2);
  std::thread other([&] { EXPECT_EQ(*exports().count_thread_local(), 1); });
  other.join();
  // The unload destroys that of this thread.
}

TEST_F(ExchangeTest, ComesAndGoes) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(*exports().greet("Ada"), "hello Ada");
    ASSERT_FALSE(exports().throw_one(0).ok());
    ASSERT_EQ(*exports().count_thread_local(), 1);
    ASSERT_TRUE(module_->Unload().ok());
    absl::StatusOr<Module<exchange::Exports>> module =
        Load<exchange::Exports>(ModuleFile(), MakeImports());
    ASSERT_TRUE(module.ok()) << module.status();
    *module_ = *std::move(module);
  }
}

}  // namespace
}  // namespace relib
