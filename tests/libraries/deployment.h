#ifndef TESTS_LIBRARIES_DEPLOYMENT_H_
#define TESTS_LIBRARIES_DEPLOYMENT_H_

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/host.h"
#include "tests/libraries/interface.h"
#include "tests/support/test_files.h"

// Helpers for tests of modules that are linked against shared libraries.
namespace relib {

using LibraryUser = Module<LibraryUserExports>;

// Returns the name of the file of a library: libcounter.so or counter.dll.
inline std::string LibraryName(std::string_view name) {
  return absl::StrCat(platform::kLibraryPrefix, name, platform::kLibrarySuffix);
}

// Returns the path of a module or library that this package builds: "user" or
// "older/counter".
inline std::string BuiltLibrary(std::string_view name) {
  const size_t base = name.rfind('/') + 1;
  return Runfile(absl::StrCat("tests/libraries/", name.substr(0, base),
                              LibraryName(name.substr(base))));
}

// A directory with the module `user` and its libraries beside it.
class Deployment {
 public:
  Deployment() {
    for (const char* build : {"user", "older/counter", "older/plain"}) {
      Add(build);
    }
  }

  // Returns the path of a library or module in the directory.
  std::string operator/(std::string_view name) const {
    return directory_ / LibraryName(name);
  }
  const TestDirectory& directory() const { return directory_; }

  // Copies a module or library, "older/counter", into the directory.
  void Add(std::string_view build) const {
    std::filesystem::copy_file(BuiltLibrary(build), *this / BaseName(build));
  }

  // Replaces a library as linkers do: by another file. Windows can't delete a
  // file that is mapped, but rename it.
  void Replace(std::string_view build) const {
    const std::string path = *this / BaseName(build);
    std::filesystem::rename(path, path + ".old");
    Add(build);
  }

  absl::StatusOr<LibraryUser> TryLoad(
      ModuleLibraries libraries = ModuleLibraries::kKeep,
      std::string_view module = "user") const {
    return Load<LibraryUserExports>(
        *this / module, {.private_copy = true, .libraries = libraries});
  }

  LibraryUser Loaded(ModuleLibraries libraries = ModuleLibraries::kKeep,
                     std::string_view module = "user") const {
    absl::StatusOr<LibraryUser> loaded = TryLoad(libraries, module);
    if (!loaded.ok()) {
      std::cerr << loaded.status() << "\n";
      std::exit(1);
    }
    return *std::move(loaded);
  }

 private:
  static std::string_view BaseName(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
  }

  const TestDirectory directory_;
};

inline int Call(const LibraryUser& module, std::string_view command) {
  return module.exports().run(command).value_or(-1);
}

inline UnloadReport Unloaded(LibraryUser& module) {
  absl::StatusOr<UnloadReport> report = module.Unload();
  EXPECT_TRUE(report.ok()) << report.status();
  return report.value_or(UnloadReport());
}

// Returns why the library stays, or "" if `report` doesn't list it.
inline std::string WhyItStays(const UnloadReport& report,
                              std::string_view file_name) {
  for (const KeptLibrary& kept : report.libraries) {
    if (std::string_view(kept.path).ends_with(file_name)) return kept.why;
  }
  return "";
}

// Runs `body` in a child process, because libraries stay in the process. It
// must not crash or have failures, which googletest does not print there.
inline void ExpectPasses(const std::function<void()>& body) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        body();
        const testing::TestResult& result =
            *testing::UnitTest::GetInstance()->current_test_info()->result();
        for (int i = 0; i < result.total_part_count(); ++i) {
          const testing::TestPartResult& part = result.GetTestPartResult(i);
          if (!part.failed()) continue;
          std::cerr << "line " << part.line_number() << ": " << part.message()
                    << "\n";
        }
        std::exit(testing::Test::HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace relib

#endif  // TESTS_LIBRARIES_DEPLOYMENT_H_
