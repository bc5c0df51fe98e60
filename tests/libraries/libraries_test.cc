// Tests of modules that are linked against shared libraries.

#include <atomic>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/libraries/deployment.h"
#include "tests/support/raw_library.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(LibrariesTest, APrivateCopyFindsTheLibrariesBesideItsOriginal) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser module = deployment.Loaded();
    EXPECT_EQ(Call(module, "version"), 1);
    EXPECT_EQ(Call(module, "answer"), 42);
    EXPECT_TRUE(RawIsLoaded(deployment / "counter"));
    EXPECT_TRUE(RawIsLoaded(deployment / "plain"));
    Unloaded(module);
  });
}

TEST(LibrariesTest, ALibraryStaysForTheNextModuleAndIsReportedOnce) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser first = deployment.Loaded();
    EXPECT_EQ(Call(first, "count"), 1);
    const UnloadReport report = Unloaded(first);
    EXPECT_THAT(report.libraries, SizeIs(2));
    EXPECT_THAT(WhyItStays(report, LibraryName("counter")),
                HasSubstr("kUnload"));
    EXPECT_THAT(report.ToString(),
                HasSubstr(LibraryName("counter") + " stays: "));
    EXPECT_TRUE(RawIsLoaded(deployment / "counter"));
    LibraryUser second = deployment.Loaded();
    EXPECT_EQ(Call(second, "count"), 2);
    EXPECT_THAT(Unloaded(second).libraries, IsEmpty());
  });
}

TEST(LibrariesTest, ALibraryGoesWithItsLastModuleIfTheHostSaysSo) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser first = deployment.Loaded(ModuleLibraries::kUnload);
    LibraryUser second = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(first, "count"), 1);
    EXPECT_THAT(Unloaded(first).libraries, IsEmpty());
    EXPECT_EQ(Call(second, "count"), 2);
    EXPECT_THAT(Unloaded(second).libraries, IsEmpty());
    EXPECT_FALSE(RawIsLoaded(deployment / "counter"));
    EXPECT_FALSE(RawIsLoaded(deployment / "plain"));
    LibraryUser third = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(third, "count"), 1);
  });
}

TEST(LibrariesTest, ALibraryStaysIfOneOfItsModulesHasTheDefault) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser going = deployment.Loaded(ModuleLibraries::kUnload);
    LibraryUser keeping = deployment.Loaded();
    EXPECT_EQ(Call(going, "count"), 1);
    EXPECT_THAT(Unloaded(keeping).libraries, SizeIs(2));
    EXPECT_THAT(Unloaded(going).libraries, IsEmpty());
    EXPECT_TRUE(RawIsLoaded(deployment / "counter"));
    LibraryUser next = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(next, "count"), 2);
  });
}

TEST(LibrariesTest, AThreadInALibraryRefusesItsUnload) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser module = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(module, "start thread"), 0);
    for (int attempt = 0; attempt < 2; ++attempt) {
      const absl::Status status = module.Unload().status();
      EXPECT_EQ(UnloadErrorOf(status), UnloadError::kLibraryInUse) << status;
      EXPECT_THAT(
          std::string(status.message()),
          AllOf(HasSubstr(LibraryName("counter") + ": thread "),
                HasSubstr(" runs "), Not(HasSubstr(LibraryName("plain")))));
      EXPECT_EQ(Call(module, "version"), 1);
    }
    EXPECT_EQ(Call(module, "stop thread"), 0);
    EXPECT_THAT(Unloaded(module).libraries, IsEmpty());
    EXPECT_FALSE(RawIsLoaded(deployment / "counter"));
  });
}

// The first one finds that the second uses the library, and the other way
// round.
TEST(LibrariesTest, ModulesThatGoAtTheSameTimeLeaveALibraryThatAThreadRuns) {
  ExpectPasses([] {
    const Deployment deployment;
    for (int cycle = 0; cycle < 20; ++cycle) {
      LibraryUser first = deployment.Loaded(ModuleLibraries::kUnload);
      LibraryUser second = deployment.Loaded(ModuleLibraries::kUnload);
      EXPECT_EQ(Call(first, "start thread"), 0);
      std::atomic<int> ready = 0;
      const auto unload = [&ready](LibraryUser& module) {
        ++ready;
        while (ready < 2) {
        }
        static_cast<void>(module.Unload());
      };
      std::thread other([&] { unload(first); });
      unload(second);
      other.join();
      EXPECT_TRUE(RawIsLoaded(deployment / "counter"));
      LibraryUser next = deployment.Loaded(ModuleLibraries::kUnload);
      EXPECT_EQ(Call(next, "stop thread"), 0);
    }
  });
}

TEST(LibrariesTest, AFailedLoadKeepsALibraryThatAThreadRuns) {
  ExpectPasses([] {
    const Deployment deployment;
    deployment.Add("failing");
    const absl::Status status =
        deployment.TryLoad(ModuleLibraries::kUnload, "failing").status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kConstructorFailed) << status;
    EXPECT_THAT(
        std::string(status.message()),
        HasSubstr(LibraryName("counter") + " stays in the process: thread "));
    EXPECT_TRUE(RawIsLoaded(deployment / "counter"));
    LibraryUser next = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(next, "stop thread"), 0);
  });
}

TEST(LibrariesTest, ARebuiltLibraryIsNotReplacedSilently) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser first = deployment.Loaded();
    EXPECT_EQ(Call(first, "version"), 1);
    deployment.Replace("newer/counter");
    const absl::Status status = deployment.TryLoad().status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kStaleLibrary) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(LibraryName("counter") + ", which was re"),
                      HasSubstr("restart the program"), HasSubstr("kUnload")));
    EXPECT_EQ(Call(first, "version"), 1);
    Unloaded(first);
    EXPECT_EQ(LoadErrorOf(deployment.TryLoad().status()),
              LoadError::kStaleLibrary);
  });
}

TEST(LibrariesTest, ARebuiltLibraryIsLoadedAfterTheOldOneHasGone) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser first = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(first, "version"), 1);
    deployment.Replace("newer/counter");
    // Refused with the default: that doesn't keep the library.
    const absl::Status status = deployment.TryLoad().status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kStaleLibrary) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("Unload its users first"),
                      HasSubstr(deployment / "user")));
    EXPECT_THAT(Unloaded(first).libraries, IsEmpty());
    LibraryUser second = deployment.Loaded(ModuleLibraries::kUnload);
    EXPECT_EQ(Call(second, "version"), 2);
  });
}

}  // namespace
}  // namespace relib
