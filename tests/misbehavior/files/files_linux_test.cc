#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/test_files.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Opening a FIFO would wait for a writer.
TEST(FilesLinuxTest, ThatAreFifos) {
  const TestDirectory directory;
  const std::string fifo = directory / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const absl::Status status = Load<Exports>(fifo).status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kNotAModule) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(fifo), HasSubstr("a FIFO")));
}

}  // namespace
}  // namespace relib::misbehavior
