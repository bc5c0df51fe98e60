// Tests hosts and modules with and without exceptions and RTTI. This file is
// compiled twice: as mixed_test, and without both as mixed_without_test.

#include "tests/modules/mixed.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/support/module_file.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr bool kHostHasExceptions = internal::kCanThrow;

// Describes the build of a module.
struct Build {
  std::string_view module;
  bool exceptions;
  bool rtti;
};
constexpr Build kWith = {"mixed_with", true, true};
constexpr Build kWithout = {"mixed_without", false, false};
constexpr Build kWithoutRtti = {"mixed_without_rtti", true, false};

class MixedTest : public ::testing::TestWithParam<Build> {
 protected:
  MixedTest() {
    absl::StatusOr<Module<mixed::Exports>> module = Load<mixed::Exports>(
        File(), mixed::Imports{.twice = [](int value) { return 2 * value; },
                               .fail = [] { std::stoi("not a number"); }});
    EXPECT_TRUE(module.ok()) << module.status();
    if (module.ok()) module_.emplace(*std::move(module));
  }

  static std::string File() { return ModuleFile(GetParam().module); }

  const mixed::Exports& exports() const { return module_->exports(); }

  std::optional<Module<mixed::Exports>> module_;
};

TEST_P(MixedTest, TheManifestTells) {
  EXPECT_EQ(*exports().has_exceptions(), GetParam().exceptions);
  const std::string bytes = ReadFile(File());
  const auto expect_fact = [&](std::string_view key, bool on) {
    EXPECT_TRUE(absl::StrContains(
        bytes, absl::StrCat("build\t", key, on ? "\ton" : "\toff")))
        << key;
  };
  expect_fact("exceptions", GetParam().exceptions);
  expect_fact("rtti", GetParam().rtti);
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

// The process ends if an exception would have to pass through code that was
// compiled without exceptions.
using MixedDeathTest = MixedTest;

TEST_P(MixedDeathTest, AnExceptionOfTheModule) {
  if (GetParam().exceptions) {
    const absl::Status status = exports().to_int("not a number").status();
    EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
    ASSERT_TRUE(ExceptionOf(status).has_value());
    EXPECT_EQ(ExceptionOf(status)->type, "std::invalid_argument");
    EXPECT_EQ(ExceptionOf(status)->what, "stoi");
  } else {
    // A handler in the host doesn't get the exception.
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
  if (kHostHasExceptions && GetParam().exceptions) {
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
  if (kHostHasExceptions && GetParam().exceptions) {
    EXPECT_THAT(std::string(call().status().message()), HasSubstr("stoi"));
  } else {
    EXPECT_DEATH(static_cast<void>(call()), "");
  }
}

std::string NameOf(const ::testing::TestParamInfo<Build>& info) {
  return std::string(info.param.module);
}
INSTANTIATE_TEST_SUITE_P(Modules, MixedTest,
                         ::testing::Values(kWith, kWithout, kWithoutRtti),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Modules, MixedDeathTest,
                         ::testing::Values(kWith, kWithout, kWithoutRtti),
                         NameOf);

}  // namespace
}  // namespace relib
