#include "relib/reload/internal/sources/name_filter.h"

#include <string_view>

#include "gtest/gtest.h"

namespace relib::internal {
namespace {

TEST(MatchesPatternTest, Stars) {
  const struct {
    std::string_view name;
    std::string_view pattern;
    bool matches;
  } cases[] = {
      {"a", "a", true},
      {"a", "b", false},
      {"", "", true},
      {"", "*", true},
      {"a", "", false},
      {"abc", "a*c", true},
      {"ac", "a*c", true},
      {"abcd", "a*c", false},
      {"aXbXc", "a*b*c", true},
      {"abab", "*ab", true},
      {"ababc", "*ab", false},
      {"a.tar.gz", "*.gz", true},
      {"mississippi", "m*iss*ip*", true},
      {"mississippi", "m*iss*ix*", false},
      {"anything", "**", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(MatchesPattern(c.name, c.pattern), c.matches)
        << c.name << " and " << c.pattern;
  }
}

TEST(NameFilterTest, IgnoresWhatEditorsAndBuildsLeave) {
  const NameFilter filter({});
  for (std::string_view path :
       {"a.cc~", ".a.cc.swp", "4913", "#a.cc#", ".#a.cc", "a.o", "libm.so",
        "/.git/index", "/bazel-out/x/y.cc", "\\.vs\\file.cc", "/deep/a.tmp"}) {
    EXPECT_TRUE(filter.Ignores(path)) << path;
  }
  for (std::string_view path :
       {"", "/", "a.cc", "/a.h", "/git/a.cc", "CMakeLists.txt", "/x.gitignore",
        "\\directory\\BUILD", "/so/a.cc", "/49130"}) {
    EXPECT_FALSE(filter.Ignores(path)) << path;
  }
}

TEST(NameFilterTest, IgnoresWhatItIsTold) {
  const NameFilter filter({"*.log", "generated"});
  EXPECT_TRUE(filter.Ignores("/a.log"));
  EXPECT_TRUE(filter.Ignores("/generated/a.cc"));
  EXPECT_TRUE(filter.Ignores("/a.cc~"));
  EXPECT_FALSE(filter.Ignores("/generated.cc"));
}

}  // namespace
}  // namespace relib::internal
