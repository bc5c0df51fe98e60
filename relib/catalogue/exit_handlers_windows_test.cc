#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(ExitHandlers, RunAtTheUnload) {
  std::string done;
  EntryModule module = LoadEntry("exit_handlers_windows_left");
  EXPECT_EQ(
      RunEntry(module,
               absl::StrCat(absl::Hex(reinterpret_cast<uintptr_t>(&done)))),
      0);
  UnloadEntry(module);
  EXPECT_EQ(done, "oa");
}

}  // namespace
}  // namespace relib::catalogue
