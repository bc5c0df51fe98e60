// Tests calls of exports and imports with arguments and results of many types.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/modules/greeter.h"
#include "tests/modules/shapes.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(CallTest, GreeterOfTheReadme) {
  std::vector<std::string> lines;
  absl::StatusOr<Module<GreeterExports>> module = Load<GreeterExports>(
      ModuleFile("greeter"), GreeterImports{.log = [&](std::string_view line) {
        lines.emplace_back(line);
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(*module->exports().add(2, 3), 5);
  EXPECT_EQ(*module->exports().greet("Ada"), "hello Ada");
  EXPECT_TRUE(module->exports().on_tick().ok());
  absl::StatusOr<UnloadReport> report = module->Unload();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(lines, ElementsAre("greeting someone", "bye"));
}

class ShapesTest : public ::testing::Test {
 protected:
  ShapesTest() {
    absl::StatusOr<Module<shapes::Exports>> module = Load<shapes::Exports>(
        ModuleFile("shapes"),
        shapes::Imports{
            .twice = [](int value) { return 2 * value; },
            .half = [](double value) { return value / 2; },
            .mirror = [](shapes::Point p) { return shapes::Point{-p.x, -p.y}; },
            .upper =
                [](std::string_view text) {
                  std::string result(text);
                  std::transform(
                      result.begin(), result.end(), result.begin(),
                      [](unsigned char c) { return std::toupper(c); });
                  return result;
                },
            .sorted =
                [](std::vector<std::string> words) {
                  std::sort(words.begin(), words.end());
                  return words;
                }});
    EXPECT_TRUE(module.ok()) << module.status();
    if (module.ok()) {
      module_ = std::make_unique<Module<shapes::Exports>>(*std::move(module));
    }
  }

  void SetUp() override { ASSERT_NE(module_, nullptr); }
  void TearDown() override {
    const absl::Status status = module_->Unload().status();
    EXPECT_TRUE(status.ok()) << status;
  }

  const shapes::Exports& exports() { return module_->exports(); }

  std::unique_ptr<Module<shapes::Exports>> module_;
};

TEST_F(ShapesTest, Scalars) {
  EXPECT_EQ(*exports().negate(true), false);
  EXPECT_EQ(*exports().multiply(1.5, 2.0F), 3.0);
  EXPECT_EQ(*exports().next_color(shapes::Color::kBlue), shapes::Color::kRed);
  const char* text = "text";
  EXPECT_EQ(*exports().same_pointer(text), text);
}

TEST_F(ShapesTest, TriviallyCopyableStructs) {
  EXPECT_EQ(*exports().middle({2, 4}, {4, 8}), (shapes::Point{3, 6}));
  shapes::Point point{1, 2};
  EXPECT_TRUE(exports().scale(point, 3).ok());
  EXPECT_EQ(point, (shapes::Point{3, 6}));
}

TEST_F(ShapesTest, Views) {
  const std::vector<int32_t> numbers = {1, 2, 3};
  EXPECT_EQ(*exports().sum(numbers), 6);
  EXPECT_EQ(*exports().sum({}), 0);
}

TEST_F(ShapesTest, Strings) {
  EXPECT_EQ(*exports().reverse(std::string("a\0b", 3)), std::string("b\0a", 3));
  EXPECT_EQ(*exports().reverse(""), "");
  const std::string owned = "some text that is long enough for the heap";
  EXPECT_EQ(*exports().append_to_copy(owned),
            owned + "! AND MORE THAN FITS A SMALL STRING");
  EXPECT_EQ(exports().big(64 << 20)->size(), size_t{64} << 20);
}

TEST_F(ShapesTest, AggregatesAndContainers) {
  const shapes::Polygon polygon{
      .name = "a triangle with a rather long name",
      .points = {{0, 0}, {1, 0}, {0, 1}},
      .color = std::nullopt,
  };
  shapes::Polygon translated = polygon;
  for (shapes::Point& point : translated.points) point.x += 1;
  translated.color = shapes::Color::kBlue;
  EXPECT_EQ(*exports().translate(polygon), translated);
  EXPECT_THAT(*exports().repeat({polygon}, 2), ElementsAre(polygon, polygon));
  EXPECT_THAT(*exports().repeat({}, 3), ElementsAre());

  const shapes::Table table = {{"key", {std::monostate(), std::string("v")}}};
  EXPECT_THAT(
      *exports().transform(table),
      UnorderedElementsAre(
          Pair("key", ElementsAre(shapes::Value(), shapes::Value("v"))),
          Pair("added", ElementsAre(shapes::Value(int64_t{42}),
                                    shapes::Value(std::vector<std::string>{
                                        "a", "b", "c"})))));
  EXPECT_EQ(*exports().maybe(false), std::nullopt);
  EXPECT_EQ(*exports().maybe(true), std::string(1000, 'x'));
  EXPECT_EQ(*exports().tuple({1, "a"}), std::make_tuple(2, "a+"));
  EXPECT_THAT(*exports().lengths({"a", "bcd"}),
              UnorderedElementsAre(Pair("a", 1), Pair("bcd", 3)));
  EXPECT_THAT(*exports().arrays({1, 2, 3}), ElementsAre("1", "5"));
}

}  // namespace
}  // namespace relib
