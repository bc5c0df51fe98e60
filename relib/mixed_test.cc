// Hosts and modules with and without exceptions and RTTI. Compiled twice: as
// mixed_test, and without both as mixed_without_test.

#include "relib/testdata/mixed.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/test_files.h"
#include "relib/host.h"
#include "relib/testdata/module_file.h"

namespace relib {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr bool kHostHasExceptions = internal::kCanThrow;

// True if the module is to be one with exceptions.
class MixedTest : public ::testing::TestWithParam<bool> {
 protected:
  MixedTest() {
    absl::StatusOr<Module<mixed::Exports>> module = Load<mixed::Exports>(
        File(), mixed::Imports{.twice = [](int value) { return 2 * value; },
                               .fail = [] { std::stoi("not a number"); }});
    EXPECT_TRUE(module.ok()) << module.status();
    if (module.ok()) module_.emplace(*std::move(module));
  }

  static std::string File() {
    return ModuleFile(GetParam() ? "mixed_with" : "mixed_without");
  }

  const mixed::Exports& exports() const { return module_->exports(); }

  std::optional<Module<mixed::Exports>> module_;
};

TEST_P(MixedTest, TheRecordTells) {
  EXPECT_EQ(*exports().has_exceptions(), GetParam());
  const std::string bytes = platform::ReadFile(File());
  for (std::string_view key : {"exceptions", "rtti"}) {
    EXPECT_TRUE(absl::StrContains(
        bytes, "build\t" + std::string(key) + (GetParam() ? "\ton" : "\toff")))
        << key;
  }
}

TEST_P(MixedTest, CallsAndUnloadWork) {
  EXPECT_THAT(*exports().count({"a", "b", "a"}),
              UnorderedElementsAre(Pair("a", 2), Pair("b", 1)));
  EXPECT_EQ(*exports().call([](int value) { return value + 1; }), 21);
  EXPECT_EQ(*exports().import(4), 8);
  EXPECT_EQ(*exports().to_int("12"), 12);
  EXPECT_EQ(*module_->CallMain<int>(), 7);
  const absl::Status status = module_->Unload().status();
  EXPECT_TRUE(status.ok()) << status;
}

// Each of these ends the process where an exception would have to pass code
// that was compiled without them.
using MixedDeathTest = MixedTest;

TEST_P(MixedDeathTest, AnExceptionOfTheModule) {
  if (GetParam()) {
    const absl::Status status = exports().to_int("not a number").status();
    EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
    ASSERT_TRUE(ExceptionOf(status).has_value());
    EXPECT_EQ(ExceptionOf(status)->type, "std::invalid_argument");
    EXPECT_EQ(ExceptionOf(status)->what, "stoi");
  } else {
    // A handler of the host's doesn't get to see it.
    const auto call = [&] {
#if defined(__cpp_exceptions)
      try {
        static_cast<void>(exports().to_int("not a number"));
      } catch (...) {
      }
#else
      static_cast<void>(exports().to_int("not a number"));
#endif
    };
    EXPECT_DEATH(call(), "");
  }
}

TEST_P(MixedDeathTest, AnImportThatThrows) {
  if (kHostHasExceptions && GetParam()) {
    EXPECT_EQ(*exports().catch_import(), "caught: std::invalid_argument: stoi");
  } else if (kHostHasExceptions) {
    EXPECT_DEATH(static_cast<void>(exports().catch_import()),
                 "built without exceptions: std::invalid_argument: stoi");
  } else {
    EXPECT_DEATH(static_cast<void>(exports().catch_import()), "");
  }
}

TEST_P(MixedDeathTest, ACallbackThatThrows) {
  const auto call = [&] {
    return exports().call([](int) { return std::stoi("not a number"); });
  };
  if (kHostHasExceptions && GetParam()) {
    EXPECT_THAT(std::string(call().status().message()), HasSubstr("stoi"));
  } else {
    EXPECT_DEATH(static_cast<void>(call()), "");
  }
}

INSTANTIATE_TEST_SUITE_P(With, MixedTest, ::testing::Values(true));
INSTANTIATE_TEST_SUITE_P(Without, MixedTest, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(With, MixedDeathTest, ::testing::Values(true));
INSTANTIATE_TEST_SUITE_P(Without, MixedDeathTest, ::testing::Values(false));

}  // namespace
}  // namespace relib
