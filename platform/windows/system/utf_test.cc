#include "platform/windows/system/utf.h"

#include <string>

#include "gtest/gtest.h"

namespace relib::platform {
namespace {

TEST(UtfTest, RoundTrip) {
  for (const std::string text :
       {"", "plain", "Zo\xc3\xab", "\xe6\x96\x87\xe4\xbb\xb6",
        "\xf0\x9f\x99\x82 outside of the basic plane"}) {
    EXPECT_EQ(ToUtf8(ToWide(text)), text);
  }
  EXPECT_EQ(ToWide("\xf0\x9f\x99\x82"), L"\xd83d\xde42");
}

TEST(UtfTest, KeepsZeroBytes) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(ToWide(text).size(), 3u);
  EXPECT_EQ(ToUtf8(ToWide(text)), text);
}

TEST(UtfTest, InvalidTextBecomesTheReplacementCharacter) {
  EXPECT_EQ(ToWide("a\xff"
                   "b"),
            L"a\xfffd"
            L"b");
}

TEST(UtfTest, PathsTakeBothSeparators) {
  EXPECT_EQ(ToWidePath("Z:/a\\b/c"), L"Z:\\a\\b\\c");
  EXPECT_EQ(ToWidePath("relative/x"), L"relative\\x");
}

TEST(UtfTest, LongPathsGetThePrefix) {
  const std::string name(100, 'n');
  const std::string path = "Z:/" + name + "/./" + name + "/" + name;
  const std::wstring wide = ToWide(name);
  EXPECT_EQ(ToWidePath(path),
            L"\\\\?\\Z:\\" + wide + L"\\" + wide + L"\\" + wide);
  // A second conversion changes nothing.
  EXPECT_EQ(ToWidePath(ToUtf8(ToWidePath(path))), ToWidePath(path));
}

}  // namespace
}  // namespace relib::platform
