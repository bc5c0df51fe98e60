// Tests of modules that are linked against shared libraries. Each test runs in
// a process of its own, because libraries stay in the process.

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "relib/reload/reloader.h"
#include "tests/libraries/interface.h"
#include "tests/support/process_use.h"
#include "tests/support/raw_library.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using TestModule = Module<LibraryUserExports>;

std::string BuiltFile(std::string_view name) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/tests/libraries/", name);
}

// A directory with the module `user` and its libraries beside it.
class Deployment {
 public:
  Deployment() {
    for (const char* name : {"libuser.so", "libcounter.so", "libplain.so"}) {
      std::filesystem::copy_file(BuiltFile(name), directory_ / name);
    }
  }

  std::string operator/(const std::string& name) const {
    return directory_ / name;
  }

  // Replaces the library `counter` as a linker does: by another file.
  void Replace(std::string_view build) {
    std::filesystem::copy_file(BuiltFile(build), directory_ / "new");
    std::filesystem::rename(directory_ / "new", directory_ / "libcounter.so");
  }

  absl::StatusOr<TestModule> TryLoad(
      ModuleLibraries libraries = ModuleLibraries::kKeep) const {
    return Load<LibraryUserExports>(
        directory_ / "libuser.so",
        {.private_copy = true, .libraries = libraries});
  }

  TestModule Loaded(ModuleLibraries libraries = ModuleLibraries::kKeep) const {
    absl::StatusOr<TestModule> module = TryLoad(libraries);
    if (!module.ok()) {
      ADD_FAILURE() << module.status();
      std::exit(1);
    }
    return *std::move(module);
  }

 private:
  const TestDirectory directory_;
};

int Call(const TestModule& module, std::string_view command) {
  return module.exports().run(command).value_or(-1);
}

UnloadReport Unloaded(TestModule& module) {
  absl::StatusOr<UnloadReport> report = module.Unload();
  EXPECT_TRUE(report.ok()) << report.status();
  return report.value_or(UnloadReport());
}

// Returns why the library stays, or "" if `report` doesn't list it.
std::string WhyItStays(const UnloadReport& report, std::string_view library) {
  for (const KeptLibrary& kept : report.libraries) {
    if (kept.path.ends_with(library)) return kept.why;
  }
  return "";
}

// Prints the failures of the running test, which googletest does not do in a
// child process.
void PrintFailures() {
  const testing::TestResult& result =
      *testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i < result.total_part_count(); ++i) {
    const testing::TestPartResult& part = result.GetTestPartResult(i);
    if (part.failed()) {
      std::cerr << "line " << part.line_number() << ": " << part.message()
                << "\n";
    }
  }
}

// Runs `body` in a child process, which must not crash or have failures.
void ExpectPasses(const std::function<void()>& body) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        body();
        PrintFailures();
        std::exit(testing::Test::HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

TEST(LibrariesTest, APrivateCopyFindsTheLibrariesBesideItsOriginal) {
  ExpectPasses([] {
    const Deployment deployment;
    TestModule module = deployment.Loaded();
    EXPECT_EQ(Call(module, "version"), 1);
    EXPECT_EQ(Call(module, "answer"), 42);
    EXPECT_TRUE(RawIsLoaded(deployment / "libcounter.so"));
    EXPECT_TRUE(RawIsLoaded(deployment / "libplain.so"));
    Unloaded(module);
  });
}

TEST(LibrariesTest, AMissingLibraryIsNamed) {
  ExpectPasses([] {
    const Deployment deployment;
    std::filesystem::remove(deployment / "libplain.so");
    const absl::Status status = deployment.TryLoad().status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kLoaderFailed) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("libplain.so"));
    EXPECT_FALSE(RawIsLoaded(deployment / "libcounter.so"));
  });
}

TEST(LibrariesTest, ALibraryStaysForTheNextModuleAndIsReportedOnce) {
  ExpectPasses([] {
    const Deployment deployment;
    TestModule first = deployment.Loaded();
    EXPECT_EQ(Call(first, "count"), 1);
    const UnloadReport report = Unloaded(first);
    EXPECT_THAT(report.libraries, SizeIs(2));
    EXPECT_THAT(WhyItStays(report, "/libcounter.so"), HasSubstr("kUnload"));
    EXPECT_THAT(report.ToString(), HasSubstr("/libcounter.so stays: "));
    EXPECT_TRUE(RawIsLoaded(deployment / "libcounter.so"));
    TestModule second = deployment.Loaded();
    EXPECT_EQ(Call(second, "count"), 2);
    EXPECT_THAT(Unloaded(second).libraries, IsEmpty());
  });
}

TEST(LibrariesTest, AThreadThatEndsAfterTheUnloadFindsTheDestructorOfItsKey) {
  ExpectPasses([] {
    const Deployment deployment;
    TestModule module = deployment.Loaded();
    std::thread([&] {
      EXPECT_EQ(Call(module, "use key"), 0);
      EXPECT_THAT(WhyItStays(Unloaded(module), "/libcounter.so"),
                  HasSubstr("is the destructor of thread key "));
    }).join();
    TestModule next = deployment.Loaded();
    EXPECT_EQ(Call(next, "destroyed"), 1);
  });
}

TEST(LibrariesTest, AThreadAndAHandlerOfALibraryGoOn) {
  ExpectPasses([] {
    const Deployment deployment;
    TestModule module = deployment.Loaded();
    EXPECT_EQ(Call(module, "start thread"), 0);
    EXPECT_EQ(Call(module, "handle signal"), 0);
    EXPECT_THAT(WhyItStays(Unloaded(module), "/libcounter.so"),
                HasSubstr("handles SIGUSR2"));
    raise(SIGUSR2);
    TestModule next = deployment.Loaded();
    EXPECT_EQ(Call(next, "signals"), 1);
    EXPECT_EQ(Call(next, "stop thread"), 0);
  });
}

TEST(LibrariesTest, ALibraryGoesWithItsLastModuleIfTheHostSaysSo) {
  ExpectPasses([] {
    const Deployment deployment;
    TestModule first = deployment.Loaded(ModuleLibraries::kUnload);
    TestModule second = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(first, "count"), 1);
    EXPECT_THAT(Unloaded(first).libraries, IsEmpty());
    EXPECT_EQ(Call(second, "count"), 2);
    EXPECT_THAT(Unloaded(second).libraries, IsEmpty());
    EXPECT_FALSE(RawIsLoaded(deployment / "libcounter.so"));
    EXPECT_FALSE(RawIsLoaded(deployment / "libplain.so"));
    TestModule third = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(third, "count"), 1);
  });
}

TEST(LibrariesTest, AnotherReferenceKeepsALibraryAndIsReported) {
  ExpectPasses([] {
    const Deployment deployment;
    TestModule module = deployment.Loaded(ModuleLibraries::kUnload);
    void* const handle = RawOpen(deployment / "libcounter.so");
    const UnloadReport report = Unloaded(module);
    EXPECT_THAT(report.libraries, SizeIs(1));
    EXPECT_THAT(WhyItStays(report, "/libcounter.so"), HasSubstr("dlopen()"));
    RawClose(handle);
    EXPECT_FALSE(RawIsLoaded(deployment / "libcounter.so"));
  });
}

// Expects that `begin` keeps a library from being unloaded, with `text` in the
// message, until `end`.
void ExpectHolds(const std::string& begin, const std::string& end,
                 const std::string& text) {
  const Deployment deployment;
  TestModule module = deployment.Loaded(ModuleLibraries::kUnload);
  EXPECT_EQ(Call(module, begin), 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload().status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kLibraryInUse) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("/libcounter.so: "), HasSubstr(text)));
    EXPECT_EQ(Call(module, "version"), 1);
  }
  EXPECT_EQ(Call(module, end), 0);
  EXPECT_THAT(Unloaded(module).libraries, IsEmpty());
  EXPECT_FALSE(RawIsLoaded(deployment / "libcounter.so"));
}

TEST(LibrariesTest, AThreadInALibraryRefusesItsUnload) {
  ExpectPasses([] { ExpectHolds("start thread", "stop thread", "thread "); });
}

TEST(LibrariesTest, TheDestructorOfAKeyRefusesItsUnload) {
  ExpectPasses([] {
    ExpectHolds("use key", "delete key", "destructor of thread key ");
  });
}

TEST(LibrariesTest, ASignalHandlerRefusesItsUnload) {
  ExpectPasses(
      [] { ExpectHolds("handle signal", "ignore signal", "handles SIGUSR2"); });
}

TEST(LibrariesTest, ARebuiltLibraryIsNotReplacedSilently) {
  ExpectPasses([] {
    Deployment deployment;
    TestModule first = deployment.Loaded();
    EXPECT_EQ(Call(first, "version"), 1);
    deployment.Replace("newer/libcounter.so");
    const absl::Status status = deployment.TryLoad().status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kStaleLibrary) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("/libcounter.so, which was rebuilt"),
                      HasSubstr("restart the program"), HasSubstr("kUnload")));
    EXPECT_EQ(Call(first, "version"), 1);
    Unloaded(first);
    EXPECT_EQ(LoadErrorOf(deployment.TryLoad().status()),
              LoadError::kStaleLibrary);
  });
}

TEST(LibrariesTest, ALibraryThatIsBuiltAgainWithTheSameContentsIsNoOther) {
  ExpectPasses([] {
    Deployment deployment;
    TestModule first = deployment.Loaded();
    deployment.Replace("libcounter.so");
    TestModule second = deployment.Loaded();
    EXPECT_EQ(Call(second, "version"), 1);
  });
}

TEST(LibrariesTest, ARebuiltLibraryIsLoadedAfterTheOldOneHasGone) {
  ExpectPasses([] {
    Deployment deployment;
    TestModule first = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(first, "version"), 1);
    deployment.Replace("newer/libcounter.so");
    const absl::Status status =
        deployment.TryLoad(ModuleLibraries::kUnload).status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kStaleLibrary) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("Unload its users first"),
                      HasSubstr(deployment / "libuser.so")));
    Unloaded(first);
    TestModule second = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(second, "version"), 2);
  });
}

TEST(LibrariesTest, AReloaderSaysThatALibraryWasRebuilt) {
  ExpectPasses([] {
    Deployment deployment;
    WriteFile(deployment / "source", "1");
    Reloader<LibraryUserExports> reloader({.module = deployment / "libuser.so",
                                           .watch = {deployment / "source"},
                                           .build = "true",
                                           .build_on_start = false});
    absl::Status stale;
    reloader.OnReload([&](const ReloadEvent& event) {
      if (event.kind == ReloadEvent::Kind::kLoadFailed) stale = event.status;
    });
    const absl::Status started = reloader.Start(absl::Seconds(30));
    ASSERT_TRUE(started.ok()) << started;
    EXPECT_EQ(reloader.exports().run("version").value_or(-1), 1);
    deployment.Replace("newer/libcounter.so");
    WriteFile(deployment / "source", "2");
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (stale.ok() && absl::Now() < deadline) {
      reloader.Poll(absl::Milliseconds(50));
    }
    EXPECT_EQ(LoadErrorOf(stale), LoadError::kStaleLibrary) << stale;
    EXPECT_THAT(std::string(stale.message()), HasSubstr("/libcounter.so"));
    EXPECT_EQ(reloader.exports().run("version").value_or(-1), 1);
  });
}

// The threads of libgomp run on after each unload.
TEST(LibrariesTest, AThousandReloadsWithOpenMpStayFlat) {
  ExpectPasses([] {
    ProcessUse begin;
    for (int cycle = 0; cycle < 1'000; ++cycle) {
      absl::StatusOr<TestModule> module =
          Load<LibraryUserExports>(BuiltFile("libopenmp.so"));
      ASSERT_TRUE(module.ok()) << module.status();
      ASSERT_EQ(Call(*module, ""), 500'500);
      const UnloadReport report = Unloaded(*module);
      if (cycle == 0) {
        EXPECT_NE(WhyItStays(report, "/libgomp.so.1"), "");
      } else {
        EXPECT_THAT(report.libraries, IsEmpty());
      }
      if (cycle == 99) begin = CurrentProcessUse();
    }
    const ProcessUse end = CurrentProcessUse();
    EXPECT_EQ(end.threads, begin.threads);
    EXPECT_EQ(end.handles, begin.handles);
    EXPECT_LE(end.bytes - begin.bytes, 256 * 1024);
    EXPECT_LE(end.mappings - begin.mappings, 4);
  });
}

TEST(LibrariesTest, ThreadsOfOpenMpRefuseTheUnloadOfTheirLibrary) {
  ExpectPasses([] {
    absl::StatusOr<TestModule> module = Load<LibraryUserExports>(
        BuiltFile("libopenmp.so"), {.libraries = ModuleLibraries::kUnload});
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_EQ(Call(*module, ""), 500'500);
    const absl::Status status = module->Unload().status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kLibraryInUse) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("libgomp.so.1: "), HasSubstr("thread ")));
    EXPECT_EQ(Call(*module, ""), 500'500);
  });
}

}  // namespace
}  // namespace relib
