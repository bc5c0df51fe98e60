#include "platform/windows/system/error.h"

#include <windows.h>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace relib::platform {
namespace {

TEST(ErrorTest, SaysWhatAndWhyAndTheNumber) {
  const absl::Status status = ErrorStatus(ERROR_ACCESS_DENIED, "open Z:/x");
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(status.message().starts_with("open Z:/x: "));
  EXPECT_TRUE(status.message().ends_with(" (error 5)")) << status;
  EXPECT_EQ(status.message().find('\n'), std::string_view::npos);
}

TEST(ErrorTest, TakesTheLastError) {
  SetLastError(ERROR_FILE_NOT_FOUND);
  EXPECT_TRUE(absl::IsNotFound(LastErrorStatus("x")));
}

TEST(ErrorTest, NumbersWithoutTextStayReadable) {
  const absl::Status status = ErrorStatus(0x3fffffff, "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(status.message(), "x: error 1073741823");
}

}  // namespace
}  // namespace relib::platform
