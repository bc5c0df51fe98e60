#include <windows.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_windows_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(Directories, ThatAreLeftAreClosed) {
  const std::string folder = MakeFolder();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(CountLeft("directories_windows_left", "directory", folder), 2);
  }
  // On Windows a search holds the folder.
  EXPECT_TRUE(RemoveDirectoryA(folder.c_str())) << GetLastError();
}

}  // namespace
}  // namespace relib::catalogue
