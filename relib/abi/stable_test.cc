// Which types may cross between different compilers.

#include "relib/internal/types/stable.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "relib/abi/optional.h"
#include "relib/abi/result.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"
#include "relib/internal/types/crossing.h"

// Not in an unnamed namespace, whose name compilers write differently.
namespace stable_test {

enum Unfixed { kOne };
enum Fixed : unsigned char { kTwo };
enum class Scoped { kThree };

struct Plain {
  int number = 0;
  double array[3] = {};
  relib::abi::Vector<relib::abi::String> words;
};
struct WithStandardField {
  int number = 0;
  Plain plain;
  std::string text;
};
class Private {
 public:
  Private() = default;

 private:
  [[maybe_unused]] int number_ = 0;
};
template <typename T>
struct Box {
  T value = {};
  struct Inner {
    int number = 0;
  };
};
template <int kNumber>
struct Numbered {
  int number = kNumber;
};
struct Incomplete;

}  // namespace stable_test

namespace relib::internal {
namespace {

using stable_test::Box;

template <typename T>
std::string FirstUnstable() {
  return std::string(
      std::string_view(StableRule<T>::template FirstUnstable<>()));
}

TEST(StableTest, TheLanguagesOwn) {
  EXPECT_EQ(FirstUnstable<void()>(), "");
  EXPECT_EQ(
      FirstUnstable<double(bool, char, signed char, char8_t, char16_t, short,
                           unsigned, long, unsigned long long, float)>(),
      "");
  EXPECT_EQ(FirstUnstable<int(const int&, int&, const double*, void*,
                              const char* const*)>(),
            "");
  EXPECT_EQ(FirstUnstable<int (*)(int, const char*)>(), "");
  EXPECT_EQ(FirstUnstable<long double>(), "long double");
  EXPECT_EQ(FirstUnstable<void(const wchar_t*)>(), "wchar_t");
}

TEST(StableTest, Enums) {
  EXPECT_EQ(FirstUnstable<stable_test::Fixed>(), "");
  EXPECT_EQ(FirstUnstable<stable_test::Scoped>(), "");
  EXPECT_EQ(FirstUnstable<stable_test::Unfixed>(), "stable_test::Unfixed");
}

TEST(StableTest, TypesOfAbi) {
  EXPECT_EQ(FirstUnstable<abi::String(abi::Str, const abi::String&)>(), "");
  EXPECT_EQ((FirstUnstable<abi::Result<abi::Vector<abi::Optional<int>>>(
                 abi::Slice<const abi::String>)>()),
            "");
  EXPECT_EQ(FirstUnstable<abi::Result<void>>(), "");
  EXPECT_EQ(FirstUnstable<abi::Vector<std::string>>(), "std::string");
  EXPECT_EQ(FirstUnstable<abi::Optional<abi::Slice<const long double>>>(),
            "long double");
}

TEST(StableTest, StandardTypes) {
  EXPECT_EQ(FirstUnstable<void(std::string)>(), "std::string");
  EXPECT_EQ(FirstUnstable<void(const std::string&)>(), "std::string");
  EXPECT_EQ(FirstUnstable<void(std::string*)>(), "std::string");
  EXPECT_EQ(FirstUnstable<void(std::string_view)>(), "std::string_view");
  EXPECT_EQ(FirstUnstable<void(std::span<const int>)>(),
            "std::span<const int>");
  EXPECT_EQ((FirstUnstable<std::map<int, int>>()), "std::map<int, int>");
  EXPECT_EQ((FirstUnstable<std::array<int, 2>>()), "std::array<int, 2>");
  EXPECT_EQ(FirstUnstable<std::optional<int>>(), "std::optional<int>");
}

TEST(StableTest, TypesOfTheUser) {
  EXPECT_EQ(FirstUnstable<stable_test::Plain>(), "");
  EXPECT_EQ(FirstUnstable<stable_test::WithStandardField>(), "std::string");
  EXPECT_EQ(FirstUnstable<abi::Vector<stable_test::WithStandardField>>(),
            "std::string");
  EXPECT_EQ(FirstUnstable<stable_test::Private>(), "stable_test::Private");
  // A pointer is a handle, whatever it points to.
  EXPECT_EQ(FirstUnstable<stable_test::Private*>(), "");
  EXPECT_EQ(FirstUnstable<const stable_test::Incomplete*>(), "");
}

TEST(StableTest, NamesThatCompilersWriteDifferently) {
  EXPECT_EQ(FirstUnstable<Box<abi::String>>(), "");
  EXPECT_EQ(FirstUnstable<Box<Box<unsigned long>>>(), "");
  EXPECT_EQ(FirstUnstable<Box<std::string>>(), "std::string");
  EXPECT_NE(FirstUnstable<Box<short>::Inner>(), "");
  EXPECT_NE(FirstUnstable<Box<short>::Inner*>(), "");
  EXPECT_NE(FirstUnstable<stable_test::Numbered<5>>(), "");
#if !defined(__clang__)
  // clang doesn't say where it is from, so for it the names differ anyway.
  struct Local {
    int number = 0;
  };
  EXPECT_NE(FirstUnstable<Local>(), "");
#endif
}

TEST(CrossingTest, TypesOfAbi) {
  EXPECT_EQ(CrossingOf<abi::Str>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<abi::String>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<abi::Slice<const abi::String>>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<abi::Slice<int>>(), Crossing::kBorrowed);
  // The callee's memory would stay in the caller's elements.
  EXPECT_TRUE(CrossingOf<abi::Slice<abi::String>>().is_refused());
  EXPECT_EQ(CrossingOf<abi::Vector<int>>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<abi::Vector<abi::Str>>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<abi::Optional<abi::Vector<int>>>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<abi::Result<abi::Str>>(), Crossing::kBorrowed);
  EXPECT_EQ(CrossingOf<abi::Result<void>>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<abi::Error>(), Crossing::kDeepCopy);
  EXPECT_EQ(CrossingOf<stable_test::Plain>(), Crossing::kDeepCopy);
}

}  // namespace
}  // namespace relib::internal
