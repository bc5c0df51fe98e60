// Tests unloads that are refused because something else keeps the image mapped,
// and that the message names the cause.

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/target.h"
#include "relib/host.h"
#include "tests/support/module_file.h"
#include "tests/support/raw_library.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Expects that an unload is refused with a message that names `cause`, and that
// the module still works.
void ExpectStillMapped(Module<>& module, const std::string& cause) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload().status();
    ASSERT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(module.path()), HasSubstr(cause)));
    const absl::StatusOr<int> answer = module.CallMain<int>();
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(*answer, 42);
  }
}

void ExpectGoes(Module<>& module) {
  const std::string path = module.mapped_path();
  const absl::Status status = module.Unload().status();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_FALSE(RawIsLoaded(path));
}

TEST(StillMappedTest, AnotherHandleKeepsTheModule) {
  absl::StatusOr<Module<>> module = Load(ModuleFile("answer"));
  ASSERT_TRUE(module.ok()) << module.status();
  void* const handle = RawOpen(module->mapped_path());
  ExpectStillMapped(*module,
                    platform::kTargetSystem == platform::System::kWindows
                        ? "1 more reference by LoadLibrary"
                        : "dlopen()");
  RawClose(handle);
  ExpectGoes(*module);
}

TEST(StillMappedTest, ALibraryThatIsLinkedAgainstItKeepsTheModule) {
  std::string path = ModuleFile("answer");
  const TestDirectory directory;
  if (platform::kTargetSystem == platform::System::kWindows) {
    // The copy has the name that the module had when the other library was
    // linked against it.
    std::filesystem::copy_file(path, directory / "answer_unchecked.dll");
    path = directory / "answer_unchecked.dll";
  }
  absl::StatusOr<Module<>> module = Load(path);
  ASSERT_TRUE(module.ok()) << module.status();
  void* const dependent = RawOpen(ModuleFile("dependent"));
  ExpectStillMapped(*module,
                    std::string(platform::kLibraryPrefix) + "dependent");
  RawClose(dependent);
  ExpectGoes(*module);
}

}  // namespace
}  // namespace relib
