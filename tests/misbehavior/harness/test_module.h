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
#include "platform/library.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/interface.h"

namespace relib::misbehavior {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
inline constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
inline constexpr bool kThreadSanitizer = false;
#endif

using EntryModule = relib::Module<EntryExports>;

// The module //tests/misbehavior/<kind>:<case>, by its name KIND/CASE, among
// the data of the test.
inline std::string EntryFile(std::string_view name) {
  return absl::StrCat(
      std::getenv("TEST_SRCDIR"), "/", std::getenv("TEST_WORKSPACE"),
      "/tests/misbehavior/", name.substr(0, name.rfind('/') + 1),
      platform::kLibraryPrefix, name.substr(name.rfind('/') + 1),
      platform::kLibrarySuffix);
}

// Ends the program if it can't be loaded.
inline EntryModule LoadEntry(std::string_view name,
                             const LoadOptions& options = {}) {
  absl::StatusOr<EntryModule> module =
      relib::Load<EntryExports>(EntryFile(name), options);
  CHECK_OK(module.status());
  return *std::move(module);
}

// Likewise, of a module that calls its host.
inline EntryModule LoadEntry(std::string_view name, EntryImports imports) {
  absl::StatusOr<EntryModule> module =
      relib::Load<EntryExports>(EntryFile(name), std::move(imports));
  CHECK_OK(module.status());
  return *std::move(module);
}

// What run(argument) returns; -1 after a failure of the test.
inline int64_t RunEntry(EntryModule& module, std::string_view argument = "") {
  const absl::StatusOr<int64_t> result = module.exports().run(argument);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *result : -1;
}

inline UnloadReport UnloadEntry(EntryModule& module) {
  const absl::StatusOr<UnloadReport> report = module.Unload();
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : UnloadReport();
}

// How many of `kind` the report of a module has that was loaded, run with
// `argument`, and unloaded.
inline uint64_t CountLeft(std::string_view name, std::string_view kind,
                          std::string_view argument = "") {
  EntryModule module = LoadEntry(name);
  RunEntry(module, argument);
  const UnloadReport report = UnloadEntry(module);
  const Left* left = report.Find(kind);
  return left == nullptr ? 0 : left->count;
}

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_TEST_MODULE_H_
