#include "relib/abi/optional.h"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gtest/gtest.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"

namespace relib::abi {
namespace {

struct alignas(32) Wide {
  char byte = 0;
};

TEST(OptionalTest, HasTheDocumentedLayout) {
  static_assert(sizeof(Optional<char>) == 2);
  static_assert(sizeof(Optional<int32_t>) == 8);
  static_assert(sizeof(Optional<double>) == 16);
  static_assert(sizeof(Optional<String>) == 40);
  static_assert(sizeof(Optional<Wide>) == 64 && alignof(Optional<Wide>) == 32);
  Optional<int32_t> number = 5;
  const auto* const raw = reinterpret_cast<const unsigned char*>(&number);
  EXPECT_EQ(*reinterpret_cast<const int32_t*>(raw), 5);
  EXPECT_EQ(raw[4], 1);
  number.reset();
  EXPECT_EQ(raw[4], 0);
}

TEST(OptionalTest, HoldsAValueOrNot) {
  Optional<String> text;
  EXPECT_FALSE(text.has_value());
  EXPECT_FALSE(text);
  EXPECT_EQ(text, std::nullopt);
  EXPECT_EQ(text.value_or("none"), "none");
  EXPECT_THROW((void)text.value(), std::bad_optional_access);
  text = "abc";
  EXPECT_TRUE(text);
  EXPECT_EQ(*text, "abc");
  EXPECT_EQ(text->size(), 3);
  EXPECT_EQ(text.value(), "abc");
  EXPECT_EQ(text.value_or("none"), "abc");
  EXPECT_NE(text, std::nullopt);
  EXPECT_EQ(text, Optional<String>("abc"));
  EXPECT_NE(text, Optional<String>("abd"));
  text = std::nullopt;
  EXPECT_EQ(text, Optional<String>());
  EXPECT_EQ(text.emplace("xyz", 2), "xy");
  // An empty optional differs from one that contains an empty value.
  EXPECT_NE(Optional<String>(""), std::nullopt);
}

TEST(OptionalTest, CopiesAndMoves) {
  Optional<Vector<String>> a = Vector<String>{"x", "y"};
  Optional<Vector<String>> b = a;
  EXPECT_EQ(a, b);
  const Optional<Vector<String>> c = std::move(b);
  EXPECT_EQ(c, a);
  EXPECT_FALSE(b);  // NOLINT(bugprone-use-after-move): it is promised.
  b = c;
  EXPECT_EQ(b, a);
  Optional<Vector<String>>& same = a;
  a = same;
  EXPECT_EQ(a, c);
  a = std::move(same);
  EXPECT_EQ(a, c);
  b = Optional<Vector<String>>();
  EXPECT_FALSE(b);
  const Optional<Vector<String>> none;
  a = none;
  EXPECT_FALSE(a);
}

TEST(OptionalTest, ConvertsToAndFromStd) {
  const Optional<int> number = std::optional<int>(4);
  EXPECT_EQ(number, 4);
  EXPECT_EQ(static_cast<std::optional<int>>(number), 4);
  EXPECT_EQ(Optional<int>(std::optional<int>()), std::nullopt);
  EXPECT_EQ(static_cast<std::optional<int>>(Optional<int>()), std::nullopt);
}

// Used instead of std::shared_ptr, for whose members GCC wrongly warns that
// they may be uninitialized.
struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  ~Counted() { --alive; }
  inline static int alive = 0;
};

TEST(OptionalTest, DestroysWhatItHolds) {
  {
    Optional<Counted> holder = Counted();
    const Optional<Counted> copy = holder;
    EXPECT_EQ(Counted::alive, 2);
    holder.reset();
    holder.reset();
    EXPECT_EQ(Counted::alive, 1);
    holder = copy;
    EXPECT_EQ(Counted::alive, 2);
    holder = std::nullopt;
    EXPECT_EQ(Counted::alive, 1);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(OptionalTest, AConstructorThatThrowsLeavesItEmptyOrUnchanged) {
  struct Thrower {
    explicit Thrower(bool do_throw) {
      if (do_throw) throw std::runtime_error("no");
    }
    Thrower(const Thrower& other) : throws(other.throws) {
      if (throws) throw std::runtime_error("no");
    }
    Thrower(Thrower&&) noexcept = default;
    bool throws = false;
  };
  Optional<Thrower> optional;
  EXPECT_THROW(optional.emplace(true), std::runtime_error);
  EXPECT_FALSE(optional);
  optional.emplace(false);
  Optional<Thrower> other;
  other.emplace(false).throws = true;
  EXPECT_THROW(optional = other, std::runtime_error);
  ASSERT_TRUE(optional);
  EXPECT_FALSE(optional->throws);
}

TEST(OptionalTest, KeepsTheAlignment) {
  Vector<Optional<Wide>> vector;
  for (int i = 0; i < 5; ++i) vector.emplace_back(Wide());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(&*vector[3]) % 32, 0);
}

}  // namespace
}  // namespace relib::abi
