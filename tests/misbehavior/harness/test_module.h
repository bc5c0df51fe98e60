#ifndef TESTS_MISBEHAVIOR_HARNESS_TEST_MODULE_H_
#define TESTS_MISBEHAVIOR_HARNESS_TEST_MODULE_H_

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/interface.h"

namespace relib::misbehavior {

// A module that misbehaves, loaded by a test.
using TestModule = relib::Module<Exports>;

// The functions below take the name of a module as "KIND/CASE". The module is
// //tests/misbehavior/KIND:CASE, and must be among the `modules` of the test.

// Returns the file name without a directory, such as "libCASE.so".
inline std::string ModuleFileName(std::string_view name) {
  return absl::StrCat(platform::kLibraryPrefix,
                      name.substr(name.rfind('/') + 1),
                      platform::kLibrarySuffix);
}

// Returns the path of the file.
inline std::string ModuleFile(std::string_view name) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/tests/misbehavior/",
                      name.substr(0, name.rfind('/') + 1),
                      ModuleFileName(name));
}

// Loads the module. Ends the program on failure.
inline TestModule LoadTestModule(std::string_view name,
                                 const LoadOptions& options = {}) {
  absl::StatusOr<TestModule> module =
      relib::Load<Exports>(ModuleFile(name), options);
  CHECK_OK(module.status());
  return *std::move(module);
}

// Loads a module that calls its host. Ends the program on failure.
inline TestModule LoadTestModule(std::string_view name, Imports imports) {
  absl::StatusOr<TestModule> module =
      relib::Load<Exports>(ModuleFile(name), std::move(imports));
  CHECK_OK(module.status());
  return *std::move(module);
}

// Returns the result of run(argument). Fails the test and returns -1 if the
// call fails.
inline int64_t RunTestModule(TestModule& module,
                             std::string_view argument = "") {
  const absl::StatusOr<int64_t> result = module.exports().run(argument);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *result : -1;
}

// Unloads the module. Fails the test and returns an empty report if that fails.
inline UnloadReport UnloadTestModule(TestModule& module) {
  const absl::StatusOr<UnloadReport> report = module.Unload();
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : UnloadReport();
}

// Loads the module, runs it with `argument` and unloads it. Returns the count
// that the report has of the resource kind `kind`.
inline uint64_t CountLeftovers(std::string_view name, std::string_view kind,
                               std::string_view argument = "") {
  TestModule module = LoadTestModule(name);
  RunTestModule(module, argument);
  const UnloadReport report = UnloadTestModule(module);
  const Leftover* left = report.Find(kind);
  return left == nullptr ? 0 : left->count;
}

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_TEST_MODULE_H_
