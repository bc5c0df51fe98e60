#include "relib/abi/string.h"

#include <compare>
#include <cstdint>
#include <limits>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace relib::abi {
namespace {

// The documented layout, for code without the class.
struct RawString {
  char* data;
  uint64_t size;
  uint64_t capacity;
  void (*release)(void*);
};

RawString Raw(const String& text) {
  return reinterpret_cast<const RawString&>(text);
}

TEST(StrTest, IsMadeFromEveryText) {
  EXPECT_EQ(Str("abc").size(), 3);
  EXPECT_EQ(Str(std::string("abc")), "abc");
  EXPECT_EQ(Str(std::string_view("abc")), std::string("abc"));
  EXPECT_EQ(Str(String("abc")), String("abc"));
  EXPECT_TRUE(Str().empty());
  EXPECT_EQ(Str(), "");
  const std::string zeros("\0a\0", 3);
  EXPECT_EQ(Str(zeros).size(), 3);
  EXPECT_EQ(Str(zeros)[1], 'a');
  static_assert(Str("abc") == std::string_view("abc"));
  static_assert(std::is_trivially_copyable_v<Str>);
}

TEST(StringTest, EmptyOnesOwnNothing) {
  String text;
  EXPECT_EQ(Raw(text).data, nullptr);
  EXPECT_EQ(Raw(text).release, nullptr);
  EXPECT_STREQ(text.c_str(), "");
  EXPECT_EQ(text, "");
  EXPECT_EQ(text.begin(), text.end());
  EXPECT_EQ(Raw(String("")).data, nullptr);
  EXPECT_EQ(Raw(String(text)).data, nullptr);
  text.clear();
  text += "";
  text.resize(0);
  text.reserve(0);
  EXPECT_EQ(Raw(text).data, nullptr);
}

TEST(StringTest, HasTheDocumentedLayout) {
  const String text = "abc";
  const RawString raw = Raw(text);
  EXPECT_STREQ(raw.data, "abc");
  EXPECT_EQ(raw.size, 3);
  EXPECT_GE(raw.capacity, 3);
  EXPECT_NE(raw.release, nullptr);
  EXPECT_EQ(raw.data, text.c_str());
}

TEST(StringTest, ReleasesWithTheFunctionThatItCarries) {
  static int releases = 0;
  alignas(String) unsigned char storage[sizeof(String)];
  char bytes[] = "made elsewhere";
  ::new (storage) RawString{bytes, sizeof(bytes) - 1, sizeof(bytes) - 1,
                            [](void*) { ++releases; }};
  {
    String text = std::move(*reinterpret_cast<String*>(storage));
    EXPECT_EQ(text, "made elsewhere");
    EXPECT_EQ(text.c_str(), bytes);
    const String copy = text;
    EXPECT_NE(copy.c_str(), bytes);
    // Outgrows the memory of the other side, which is freed at once.
    text += ", grown here";
    EXPECT_EQ(releases, 1);
    EXPECT_EQ(text, "made elsewhere, grown here");
    EXPECT_EQ(copy, "made elsewhere");
  }
  EXPECT_EQ(releases, 1);
}

TEST(StringTest, CopiesAndMoves) {
  String a = "abc";
  String b = a;
  EXPECT_EQ(a, b);
  EXPECT_NE(a.c_str(), b.c_str());
  const char* const address = b.c_str();
  String c = std::move(b);
  EXPECT_EQ(c.c_str(), address);
  EXPECT_EQ(b, "");  // NOLINT(bugprone-use-after-move): it is promised.
  b = c;
  EXPECT_EQ(b, "abc");
  b = std::move(c);
  EXPECT_EQ(b.c_str(), address);
  EXPECT_EQ(c, "");  // NOLINT(bugprone-use-after-move): it is promised.

  String& same = a;
  a = same;
  EXPECT_EQ(a, "abc");
  a = std::move(same);
  EXPECT_EQ(a, "abc");
  swap(a, c);
  EXPECT_EQ(c, "abc");
  EXPECT_EQ(a, "");
  a = "from a literal";
  EXPECT_EQ(a, "from a literal");
  static_assert(std::is_nothrow_move_constructible_v<String>);
  static_assert(std::is_nothrow_move_assignable_v<String>);
}

TEST(StringTest, Grows) {
  String text;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    text += "xyz";
    text.push_back(static_cast<char>(i));
    expected += "xyz";
    expected.push_back(static_cast<char>(i));
    ASSERT_EQ(text, expected);
    ASSERT_EQ(text.c_str()[text.size()], '\0');
  }
  // Assigns parts of the string to itself.
  text = "0123456789";
  for (int i = 0; i < 5; ++i) {
    text += std::string_view(text).substr(1);
  }
  EXPECT_EQ(text.size(), 9 * 32 + 1);
  text.resize(3);
  EXPECT_EQ(text, "012");
  EXPECT_STREQ(text.c_str(), "012");
  text.resize(5, '-');
  EXPECT_EQ(text, "012--");
  text.clear();
  EXPECT_STREQ(text.c_str(), "");
  EXPECT_GT(text.capacity(), 0);
}

TEST(StringTest, ZeroBytes) {
  const std::string zeros("a\0b\0\0", 5);
  String text = zeros;
  EXPECT_EQ(text.size(), 5);
  EXPECT_EQ(text, zeros);
  text += std::string_view("\0", 1);
  EXPECT_EQ(text.size(), 6);
  EXPECT_NE(text, zeros);
  EXPECT_LT(String(std::string_view("a\0b", 3)), "ab");
}

TEST(StringTest, Compares) {
  EXPECT_EQ(String("a"), String("a"));
  EXPECT_NE(String("a"), String("b"));
  EXPECT_LT(String("a"), String("b"));
  EXPECT_LT(String("a"), Str("ab"));
  EXPECT_GT("b", String("a"));
  EXPECT_EQ(std::string("a"), String("a"));
  EXPECT_EQ(std::string_view("a"), String("a"));
  EXPECT_GE(std::string_view("a"), String("a"));
  EXPECT_EQ(String("a") <=> std::string("b"), std::strong_ordering::less);
  // Bytes are compared as unsigned.
  EXPECT_GT(String("\xff"), String("a"));
}

TEST(StringTest, ConvertsToStandardTypes) {
  const String text = "abc";
  const std::string standard(text);
  EXPECT_EQ(standard, "abc");
  const std::string_view view = text;
  EXPECT_EQ(view.data(), text.data());
  std::ostringstream out;
  out << text << Str("def");
  EXPECT_EQ(out.str(), "abcdef");
  EXPECT_EQ(absl::StrCat(text, Str("-"), 1), "abc-1");
}

TEST(StringTest, TooLongIsBadAllocAndChangesNothing) {
  String text = "abc";
  EXPECT_THROW(text.reserve(std::numeric_limits<size_t>::max()),
               std::bad_alloc);
  EXPECT_THROW(text.resize(std::numeric_limits<size_t>::max() / 2),
               std::bad_alloc);
  EXPECT_THROW(
      text += std::string_view("x", std::numeric_limits<size_t>::max() - 1),
      std::bad_alloc);
  EXPECT_EQ(text, "abc");
}

}  // namespace
}  // namespace relib::abi
