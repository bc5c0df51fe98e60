#include "relib/internal/types/crossing.h"

#include <any>
#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <list>
#include <locale>
#include <map>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <queue>
#include <set>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "relib/borrowed.h"
#include "relib/function_ref.h"
#include "relib/internal/boundary/copy.h"
#include "relib/transfer.h"

namespace crossing_test {

enum class Color : uint8_t { kRed };
struct Point {
  double x, y;
};
struct Named {
  std::string name;
  std::vector<Point> points;
};
template <typename T>
struct Box {
  T content;
};
struct Tree {
  std::string name;
  std::vector<Tree> children;
};
struct OwningTree {
  int value = 0;
  std::unique_ptr<OwningTree> left, right;
};
struct View {
  std::string_view text;
  int line;
};
struct Private {
  std::string text() { return text_; }

 private:
  std::string text_;
};
struct Derived : Point {
  std::string text;
};
struct Virtual {
  virtual ~Virtual() = default;
};
union Number {
  int whole;
  double real;
};
class Handle {
 public:
  explicit Handle(int value) : shared_(std::make_shared<int>(value)) {}
  Handle(Handle&&) = default;
  int value() const { return *shared_; }
  const int* address() const { return shared_.get(); }

 private:
  std::shared_ptr<int> shared_;
};
class Wrong {
 private:
  std::string text_;
};
template <typename T>
struct OwnAllocator : std::allocator<T> {
  template <typename U>
  struct rebind {  // NOLINT(readability-identifier-naming): the standard's
    using other = OwnAllocator<U>;
  };
};

}  // namespace crossing_test

template <>
struct relib::Transfer<crossing_test::Handle> {
  static crossing_test::Handle Copy(const crossing_test::Handle& handle) {
    return crossing_test::Handle(handle.value());
  }
};
template <>
struct relib::Transfer<crossing_test::Wrong> {
  static void Copy(crossing_test::Wrong&) {}
};

namespace relib::internal {
namespace {

using crossing_test::Box;
using crossing_test::Color;
using crossing_test::Handle;
using crossing_test::Named;
using crossing_test::OwningTree;
using crossing_test::Point;
using crossing_test::Tree;
using crossing_test::View;

TEST(CrossingTest, Trivial) {
  EXPECT_EQ(CrossingOf<int>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<Color>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<Point>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<const void*>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<std::chrono::nanoseconds>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<std::chrono::system_clock::time_point>(),
            Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<std::complex<float>>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<std::bitset<100>>(), Crossing::kTrivial);
  EXPECT_EQ((CrossingOf<std::array<Point, 3>>()), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<crossing_test::Number>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<std::monostate>(), Crossing::kTrivial);
  EXPECT_EQ(CrossingOf<Box<int[4]>>(), Crossing::kTrivial);
}

TEST(CrossingTest, DeepCopy) {
  EXPECT_EQ(CrossingOf<std::string>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<Named>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<Box<std::vector<Named>>>(), Crossing::kDeepCopy);
  EXPECT_EQ(
      (CrossingOf<std::map<std::string, std::vector<std::optional<std::variant<
                                            int, std::string, Named>>>>>()),
      Crossing::kDeepCopy);
  EXPECT_EQ((CrossingOf<std::tuple<std::set<int>, std::pair<int, Color>>>()),
            Crossing::kDeepCopy);
  EXPECT_EQ((CrossingOf<std::map<int, int, std::greater<>>>()),
            Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<std::priority_queue<int>>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<std::filesystem::path>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<std::unique_ptr<Named>>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<std::vector<std::unique_ptr<int>>>(),
            Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<Handle>(), Crossing::kDeepCopy);
  EXPECT_EQ((CrossingOf<std::map<int, Handle>>()), Crossing::kDeepCopy);
}

TEST(CrossingTest, TypesThatContainThemselves) {
  EXPECT_EQ(CrossingOf<Tree>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<OwningTree>(), Crossing::kDeepCopy);
}

TEST(CrossingTest, Borrowed) {
  EXPECT_EQ(CrossingOf<std::string_view>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<std::span<const int>>(), Crossing::kBorrowed);
  EXPECT_EQ((CrossingOf<std::span<const std::string, 2>>()),
            Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<std::span<int>>(), Crossing::kBorrowed);
  // So are types that contain a view.
  EXPECT_EQ(CrossingOf<View>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<std::vector<std::string_view>>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<std::optional<View>>(), Crossing::kBorrowed);
  EXPECT_EQ((CrossingOf<std::pair<std::string, std::string_view>>()),
            Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<FunctionRef<void()>>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<Borrowed<std::string_view>>(), Crossing::kBorrowed);
}

template <typename T>
Refusal RefusalOfType() {
  const CrossingVerdict verdict = VerdictOn<T>();
  EXPECT_TRUE(verdict.is_refused());
  return verdict.refusal();
}

TEST(CrossingTest, Never) {
  EXPECT_EQ(RefusalOfType<std::shared_ptr<int>>(), Refusal::kSharedOwnership);
  EXPECT_EQ(RefusalOfType<std::weak_ptr<int>>(), Refusal::kSharedOwnership);
  EXPECT_EQ(RefusalOfType<std::function<void()>>(), Refusal::kErasedType);
  EXPECT_EQ(RefusalOfType<std::any>(), Refusal::kErasedType);
  EXPECT_EQ(RefusalOfType<std::exception_ptr>(), Refusal::kExceptionPointer);
  EXPECT_EQ(RefusalOfType<std::vector<int>::iterator>(), Refusal::kIterator);
  EXPECT_EQ(RefusalOfType<std::string::const_iterator>(), Refusal::kIterator);
  EXPECT_EQ(RefusalOfType<std::list<int>::iterator>(), Refusal::kIterator);
  EXPECT_EQ((RefusalOfType<std::map<int, int>::const_iterator>()),
            Refusal::kIterator);
  EXPECT_EQ(RefusalOfType<std::error_code>(), Refusal::kPointsIntoRuntime);
  EXPECT_EQ(RefusalOfType<std::type_index>(), Refusal::kPointsIntoRuntime);
  EXPECT_EQ(RefusalOfType<std::source_location>(), Refusal::kPointsIntoRuntime);
  EXPECT_EQ(RefusalOfType<std::locale>(), Refusal::kPointsIntoRuntime);
  EXPECT_EQ(RefusalOfType<std::thread>(), Refusal::kResource);
  EXPECT_EQ(RefusalOfType<std::mutex>(), Refusal::kResource);
  EXPECT_EQ(RefusalOfType<std::pmr::string>(), Refusal::kAllocator);
  EXPECT_EQ(RefusalOfType<std::pmr::vector<int>>(), Refusal::kAllocator);
  EXPECT_EQ(
      (RefusalOfType<std::vector<int, crossing_test::OwnAllocator<int>>>()),
      Refusal::kAllocator);
  EXPECT_EQ((RefusalOfType<std::unique_ptr<int, void (*)(int*)>>()),
            Refusal::kDeleter);
  EXPECT_EQ(RefusalOfType<std::unique_ptr<int[]>>(), Refusal::kArrayPointer);
  EXPECT_EQ(RefusalOfType<std::span<std::string>>(), Refusal::kMutableSpan);
  EXPECT_EQ(RefusalOfType<std::reference_wrapper<int>>(), Refusal::kReference);
  EXPECT_EQ(RefusalOfType<int&>(), Refusal::kReference);
  EXPECT_EQ(RefusalOfType<crossing_test::Private>(), Refusal::kHiddenFields);
  EXPECT_EQ(RefusalOfType<crossing_test::Derived>(), Refusal::kHiddenFields);
  EXPECT_EQ(RefusalOfType<crossing_test::Virtual>(), Refusal::kHiddenFields);
  EXPECT_EQ(RefusalOfType<crossing_test::Wrong>(), Refusal::kTransferIsWrong);
  EXPECT_EQ(RefusalOfType<void()>(), Refusal::kNotAnObject);
  EXPECT_EQ(RefusalOfType<int Point::*>(), Refusal::kNotAnObject);
}

TEST(CrossingTest, NeverForAPart) {
  EXPECT_EQ(RefusalOfType<std::vector<std::shared_ptr<int>>>(), Refusal::kPart);
  EXPECT_EQ(RefusalOfType<std::optional<std::function<void()>>>(),
            Refusal::kPart);
  EXPECT_EQ(RefusalOfType<Box<std::weak_ptr<int>>>(), Refusal::kPart);
  EXPECT_EQ(RefusalOfType<std::unique_ptr<crossing_test::Virtual>>(),
            Refusal::kPart);
  EXPECT_EQ((RefusalOfType<std::tuple<int, int&>>()), Refusal::kPart);
  EXPECT_EQ(RefusalOfType<std::span<const std::shared_ptr<int>>>(),
            Refusal::kPart);
}

TEST(CopyTest, OnlyWhatNeedsItIsCopiedByPart) {
  EXPECT_FALSE(NeedsTransfer<std::string>());
  EXPECT_FALSE(NeedsTransfer<Tree>());
  EXPECT_FALSE((NeedsTransfer<std::map<int, Named>>()));
  EXPECT_TRUE(NeedsTransfer<OwningTree>());
  EXPECT_TRUE(NeedsTransfer<Handle>());
  EXPECT_TRUE((NeedsTransfer<std::map<int, std::vector<Handle>>>()));
  EXPECT_TRUE(NeedsTransfer<std::optional<std::unique_ptr<int>>>());
}

TEST(CopyTest, Pointers) {
  OwningTree tree;
  tree.value = 1;
  tree.left = std::make_unique<OwningTree>();
  tree.left->value = 2;
  const OwningTree copy = CopyOf(tree);
  EXPECT_EQ(copy.value, 1);
  EXPECT_EQ(copy.right, nullptr);
  ASSERT_NE(copy.left, nullptr);
  EXPECT_NE(copy.left, tree.left);
  EXPECT_EQ(copy.left->value, 2);
  EXPECT_EQ(*CopyOf(std::unique_ptr<const int>(new int(7))), 7);
}

TEST(CopyTest, WhatShares) {
  const Handle handle(7);
  const Handle copy = CopyOf(handle);
  EXPECT_EQ(copy.value(), 7);
  EXPECT_NE(copy.address(), handle.address());
}

TEST(CopyTest, InEveryContainer) {
  std::vector<Handle> vector;
  vector.emplace_back(1);
  vector.emplace_back(2);
  EXPECT_EQ(CopyOf(vector)[1].value(), 2);

  std::map<std::string, Handle, std::greater<>> map;
  map.emplace("a", 1);
  map.emplace("b", 2);
  const auto map_copy = CopyOf(map);
  EXPECT_EQ(map_copy.begin()->first, "b");
  EXPECT_EQ(map_copy.at("a").value(), 1);

  std::unordered_multimap<int, std::unique_ptr<int>> multimap;
  multimap.emplace(1, std::make_unique<int>(10));
  multimap.emplace(1, std::make_unique<int>(11));
  EXPECT_EQ(CopyOf(multimap).count(1), 2);

  std::set<std::unique_ptr<int>> set;
  set.insert(std::make_unique<int>(5));
  EXPECT_EQ(**CopyOf(set).begin(), 5);

  std::list<Handle> list;
  list.emplace_back(3);
  EXPECT_EQ(CopyOf(list).front().value(), 3);

  EXPECT_EQ(CopyOf(std::optional<Handle>(Handle(4)))->value(), 4);
  EXPECT_FALSE(CopyOf(std::optional<Handle>()).has_value());

  const std::pair<const Handle, std::string> pair(Handle(5), "five");
  EXPECT_EQ(CopyOf(pair).first.value(), 5);
  EXPECT_EQ(CopyOf(pair).second, "five");

  const std::tuple<Handle, int, std::unique_ptr<int>> tuple(Handle(6), 7,
                                                            nullptr);
  EXPECT_EQ(std::get<0>(CopyOf(tuple)).value(), 6);
  EXPECT_EQ(std::get<1>(CopyOf(tuple)), 7);

  const std::array<Handle, 2> array{Handle(8), Handle(9)};
  EXPECT_EQ(CopyOf(array)[1].value(), 9);

  using Variant = std::variant<int, Handle, Handle>;
  const Variant variant(std::in_place_index<2>, 10);
  const Variant variant_copy = CopyOf(variant);
  ASSERT_EQ(variant_copy.index(), 2);
  EXPECT_EQ(std::get<2>(variant_copy).value(), 10);

  const Box<std::vector<Handle>> box = CopyOf(Box<std::vector<Handle>>());
  EXPECT_TRUE(box.content.empty());
}

}  // namespace
}  // namespace relib::internal
