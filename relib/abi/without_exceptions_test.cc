// Tests the headers in code that is built without exceptions: functions that
// would throw print the reason and abort.

#include <cstddef>
#include <limits>

#include "gtest/gtest.h"
#include "relib/abi/optional.h"
#include "relib/abi/result.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"
#include "relib/internal/boundary/thunk.h"

namespace relib::abi {
namespace {

TEST(WithoutExceptionsTest, Works) {
  EXPECT_FALSE(relib::internal::kCanThrow) << "compiled with exceptions";
  Vector<String> vector = {"a"};
  vector.resize(3);
  vector.push_back("b");
  EXPECT_EQ(vector[3], "b");
  EXPECT_EQ(Optional<int>(3).value(), 3);
  EXPECT_EQ(Result<int>(4).value(), 4);
}

using WithoutExceptionsDeathTest = ::testing::Test;

TEST(WithoutExceptionsDeathTest, SaysWhyItAborts) {
  constexpr size_t kTooMuch = std::numeric_limits<size_t>::max();
  EXPECT_DEATH((void)Optional<int>().value(), "without a value");
  EXPECT_DEATH((void)Result<int>(Error{"the reason", 1}).value(), "the reason");
  EXPECT_DEATH(Result<void>(Error{"the reason", 1}).value(), "the reason");
  EXPECT_DEATH(String().reserve(kTooMuch), "out of memory");
  EXPECT_DEATH(Vector<int>().reserve(kTooMuch), "out of memory");
}

}  // namespace
}  // namespace relib::abi
