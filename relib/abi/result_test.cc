#include "relib/abi/result.h"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "gtest/gtest.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"

namespace relib::abi {
namespace {

struct alignas(32) Wide {
  char bytes[48] = {};
};

TEST(ResultTest, HasTheDocumentedLayout) {
  static_assert(sizeof(Result<char>) == 48);
  static_assert(sizeof(Result<String>) == 48);
  static_assert(sizeof(Result<Wide>) == 96 && alignof(Result<Wide>) == 32);
  const Result<int32_t> number = 5;
  const auto* const raw = reinterpret_cast<const unsigned char*>(&number);
  EXPECT_EQ(*reinterpret_cast<const int32_t*>(raw), 5);
  EXPECT_EQ(raw[40], 1);
  const Result<int32_t> error = Error{"text", 9};
  EXPECT_EQ(reinterpret_cast<const unsigned char*>(&error)[40], 0);
  EXPECT_EQ(*reinterpret_cast<const int32_t*>(
                reinterpret_cast<const unsigned char*>(&error) + 32),
            9);
}

TEST(ResultTest, HoldsAValueOrAnError) {
  Result<String> result = "abc";
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result);
  EXPECT_EQ(*result, "abc");
  EXPECT_EQ(result->size(), 3);
  EXPECT_EQ(result.value(), "abc");
  EXPECT_EQ(result.value_or("other"), "abc");
  result = Error{.message = "went wrong", .code = 7};
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "went wrong");
  EXPECT_EQ(result.error().code, 7);
  EXPECT_EQ(result.value_or("other"), "other");
  try {
    (void)result.value();
    FAIL();
  } catch (const BadResultAccess& exception) {
    EXPECT_STREQ(exception.what(), "went wrong");
    EXPECT_EQ(exception.error().code, 7);
  }
  EXPECT_EQ(Result<int>(), Result<int>(0));
  EXPECT_NE(Result<int>(1), Result<int>(Error{}));
  EXPECT_EQ(Result<int>(Error{"a", 1}), Result<int>(Error{"a", 1}));
  EXPECT_NE(Result<int>(Error{"a", 1}), Result<int>(Error{"a", 2}));
}

TEST(ResultTest, OfNothing) {
  Result<void> result;
  EXPECT_TRUE(result.ok());
  result.value();
  result = Error{"no", 1};
  EXPECT_FALSE(result);
  EXPECT_EQ(result.error().message, "no");
  EXPECT_THROW(result.value(), BadResultAccess);
  const Result<void> copy = result;
  EXPECT_EQ(copy, result);
  result = Result<void>();
  EXPECT_NE(copy, result);
}

TEST(ResultTest, CopiesAndMoves) {
  Result<Vector<String>> value = Vector<String>{"x"};
  Result<Vector<String>> error = Error{"bad", 2};
  const Result<Vector<String>> copy = value;
  EXPECT_EQ(copy, value);
  Result<Vector<String>> moved = std::move(error);
  EXPECT_EQ(moved.error().message, "bad");
  // Assigns each kind to each kind.
  moved = copy;
  EXPECT_EQ(*moved, *copy);
  moved = Error{"again", 3};
  EXPECT_EQ(moved.error().code, 3);
  Result<Vector<String>>& same = value;
  value = same;
  EXPECT_EQ(value, copy);
  value = std::move(same);
  EXPECT_EQ(value, copy);
  same = moved;
  EXPECT_EQ(value.error().message, "again");
}

TEST(ResultTest, DestroysWhatItHolds) {
  using Holder = Result<std::shared_ptr<int>>;
  const auto counter = std::make_shared<int>(0);
  {
    // On the heap, where GCC doesn't wrongly warn of uninitialized bytes.
    const auto holder = std::make_unique<Holder>(counter);
    const auto copy = std::make_unique<const Holder>(*holder);
    EXPECT_EQ(counter.use_count(), 3);
    *holder = Error{"gone"};
    EXPECT_EQ(counter.use_count(), 2);
  }
  EXPECT_EQ(counter.use_count(), 1);
}

TEST(ResultTest, ACopyThatThrowsChangesNothing) {
  struct Thrower {
    Thrower() = default;
    Thrower(const Thrower&) { throw std::runtime_error("no"); }
    Thrower(Thrower&&) noexcept {}
  };
  const Result<Thrower> source;
  Result<Thrower> target = Error{"kept", 1};
  EXPECT_THROW(target = source, std::runtime_error);
  EXPECT_EQ(target.error().message, "kept");
}

}  // namespace
}  // namespace relib::abi
