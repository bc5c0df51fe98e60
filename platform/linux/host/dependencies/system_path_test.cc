#include "platform/linux/host/dependencies/system_path.h"

#include <string_view>

#include "gtest/gtest.h"

namespace relib::platform {
namespace {

TEST(SystemPathTest, IsBelowADirectoryOfTheSystem) {
  for (const std::string_view path :
       {"/usr/lib/x86_64-linux-gnu/libz.so.1", "/lib/libz.so.1",
        "/lib32/libz.so.1", "/lib64/libz.so.1", "/libx32/libz.so.1"}) {
    EXPECT_TRUE(IsSystemPath(path)) << path;
  }
}

TEST(SystemPathTest, IsNoOtherThatBeginsAlike) {
  for (const std::string_view path :
       {"/libs/libgame.so", "/library/libgame.so", "/libgame/libgame.so",
        "/lib640/libgame.so", "/libgame.so", "/usrlib/libgame.so",
        "/usr/local/lib/libgame.so", "/home/lib/libgame.so", "lib/libgame.so",
        ""}) {
    EXPECT_FALSE(IsSystemPath(path)) << path;
  }
}

}  // namespace
}  // namespace relib::platform
