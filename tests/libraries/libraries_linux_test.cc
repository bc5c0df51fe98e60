// Tests of what Linux alone has: libraries that are found by their run path,
// and what their files, threads, keys and signals do to an unload.

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "platform/host/dependencies.h"
#include "platform/host/subprocess.h"
#include "relib/host.h"
#include "relib/reload/reloader.h"
#include "tests/libraries/deployment.h"
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

TEST(LibrariesLinuxTest,
     TheRunPathOfAModuleHoldsForTheLibrariesOfItsLibraries) {
  ExpectPasses([] {
    const Deployment deployment;
    for (const char* name : {"inheriting", "outer"}) deployment.Add(name);
    LibraryUser module =
        deployment.Loaded(ModuleLibraries::kKeep, "inheriting");
    EXPECT_EQ(Call(module, ""), 43);
    EXPECT_TRUE(RawIsLoaded(deployment / "outer"));
    EXPECT_TRUE(RawIsLoaded(deployment / "plain"));
  });
}

// The constructor of a library may load a module.
TEST(LibrariesLinuxTest, ALoadInsideOfAnotherFindsItsOwnLibraries) {
  ExpectPasses([] {
    const Deployment deployment;
    for (const char* name : {"inheriting", "outer"}) deployment.Add(name);
    const auto outside = platform::DependencyScope::Create(BuiltLibrary("user"),
                                                           deployment / "user");
    EXPECT_TRUE(RawIsLoaded(deployment / "counter"));
    const auto inside = platform::DependencyScope::Create(
        BuiltLibrary("inheriting"), deployment / "inheriting");
    EXPECT_TRUE(RawIsLoaded(deployment / "outer"));
  });
}

TEST(LibrariesLinuxTest, AMissingLibraryIsNamed) {
  ExpectPasses([] {
    const Deployment deployment;
    std::filesystem::remove(deployment / "plain");
    const absl::Status status = deployment.TryLoad().status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kLoaderFailed) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("libplain.so"));
    EXPECT_FALSE(RawIsLoaded(deployment / "counter"));
  });
}

TEST(LibrariesLinuxTest,
     AThreadThatEndsAfterTheUnloadFindsTheDestructorOfItsKey) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser module = deployment.Loaded();
    std::thread([&] {
      EXPECT_EQ(Call(module, "use key"), 0);
      EXPECT_THAT(WhyItStays(Unloaded(module), "/libcounter.so"),
                  HasSubstr("is the destructor of thread key "));
    }).join();
    LibraryUser next = deployment.Loaded();
    EXPECT_EQ(Call(next, "destroyed"), 1);
  });
}

TEST(LibrariesLinuxTest, AThreadAndAHandlerOfALibraryGoOn) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser module = deployment.Loaded();
    EXPECT_EQ(Call(module, "start thread"), 0);
    EXPECT_EQ(Call(module, "handle signal"), 0);
    EXPECT_THAT(WhyItStays(Unloaded(module), "/libcounter.so"),
                HasSubstr("handles SIGUSR2"));
    raise(SIGUSR2);
    LibraryUser next = deployment.Loaded();
    EXPECT_EQ(Call(next, "signals"), 1);
    EXPECT_EQ(Call(next, "stop thread"), 0);
  });
}

TEST(LibrariesLinuxTest, AnotherReferenceKeepsALibraryAndIsReported) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser module = deployment.Loaded(ModuleLibraries::kUnload);
    void* const handle = RawOpen(deployment / "counter");
    const UnloadReport report = Unloaded(module);
    EXPECT_THAT(report.libraries, SizeIs(1));
    EXPECT_THAT(WhyItStays(report, "/libcounter.so"), HasSubstr("dlopen()"));
    RawClose(handle);
    EXPECT_FALSE(RawIsLoaded(deployment / "counter"));
  });
}

// Expects that `begin` keeps a library from being unloaded, with `text` in the
// message, until `end`.
void ExpectHolds(const std::string& begin, const std::string& end,
                 const std::string& text) {
  const Deployment deployment;
  LibraryUser module = deployment.Loaded(ModuleLibraries::kUnload);
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
  EXPECT_FALSE(RawIsLoaded(deployment / "counter"));
}

TEST(LibrariesLinuxTest, TheDestructorOfAKeyRefusesItsUnload) {
  ExpectPasses([] {
    ExpectHolds("use key", "delete key", "destructor of thread key ");
  });
}

TEST(LibrariesLinuxTest, ASignalHandlerRefusesItsUnload) {
  ExpectPasses(
      [] { ExpectHolds("handle signal", "ignore signal", "handles SIGUSR2"); });
}

// Expects that a module is not unloaded with another build of the library
// `plain`, with `text` in the message.
void ExpectFileHolds(std::string_view build, const std::string& text) {
  const Deployment deployment;
  deployment.Replace(build);
  LibraryUser module = deployment.Loaded(ModuleLibraries::kUnload);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kLibraryInUse) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("/libplain.so: it "), HasSubstr(text),
                    Not(HasSubstr("/libcounter.so"))));
  EXPECT_EQ(Call(module, "answer"), 42);
}

TEST(LibrariesLinuxTest, ALibraryThatIsMarkedToStayRefusesItsUnload) {
  ExpectPasses([] { ExpectFileHolds("nodelete/plain", "-z nodelete"); });
}

TEST(LibrariesLinuxTest, AUniqueSymbolOfALibraryRefusesItsUnload) {
  ExpectPasses([] {
    ExpectFileHolds("unique/plain", "GNU unique symbol plain_unique");
  });
}

// Threads that block all signals, until the end of this object.
class SilentThreads {
 public:
  explicit SilentThreads(int count) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this] { end_.WaitForNotification(); });
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~SilentThreads() {
    end_.Notify();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  absl::Notification end_;
  std::vector<std::thread> threads_;
};

TEST(LibrariesLinuxTest, ThreadsThatBlockSignalsDoNotMakeARefusalLate) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser module = deployment.Loaded(ModuleLibraries::kUnload);
    {
      const SilentThreads threads(100);
      for (const absl::Duration deadline :
           {absl::ZeroDuration(), absl::Milliseconds(300), absl::Seconds(30)}) {
        const platform::Stopwatch watch;
        const absl::Status status =
            module.Unload({.deadline = deadline}).status();
        // One second for both libraries together, at most. A busy machine may
        // take a while.
        EXPECT_LT(watch.elapsed(), std::min(deadline, absl::Seconds(1)) +
                                       absl::Milliseconds(700));
        EXPECT_EQ(UnloadErrorOf(status), UnloadError::kLibraryInUse) << status;
        EXPECT_THAT(std::string(status.message()),
                    AllOf(HasSubstr("blocks signals and does not answer"),
                          HasSubstr("80 other threads")));
      }
    }
    EXPECT_THAT(Unloaded(module).libraries, IsEmpty());
  });
}

// A Reloader runs one while it unloads the last version.
TEST(LibrariesLinuxTest, ARunningCommandDoesNotRefuseAnUnload) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser module = deployment.Loaded(ModuleLibraries::kUnload);
    const absl::StatusOr<std::unique_ptr<platform::Subprocess>> command =
        platform::Subprocess::Start("sleep 1000", "");
    ASSERT_TRUE(command.ok()) << command.status();
    EXPECT_THAT(Unloaded(module).libraries, IsEmpty());
    EXPECT_FALSE(RawIsLoaded(deployment / "counter"));
  });
}

TEST(LibrariesLinuxTest, ALibraryThatIsBuiltAgainWithTheSameContentsIsNoOther) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser first = deployment.Loaded();
    deployment.Replace("older/counter");
    LibraryUser second = deployment.Loaded();
    EXPECT_EQ(Call(second, "version"), 1);
  });
}

TEST(LibrariesLinuxTest, WithoutABuildIdEachNewFileCountsAsRebuilt) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser first = deployment.Loaded();
    deployment.Replace("older/plain");
    const absl::Status status = deployment.TryLoad().status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kStaleLibrary) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("/libplain.so, which was rebuilt"));
  });
}

TEST(LibrariesLinuxTest, ALibraryThatWasOverwrittenInPlaceIsReported) {
  ExpectPasses([] {
    const Deployment deployment;
    LibraryUser first = deployment.Loaded();
    // With the same bytes, as others would change the code that runs.
    const std::string begin = ReadFile(deployment / "counter").substr(0, 16);
    EXPECT_TRUE(std::fstream(deployment / "counter",
                             std::ios::binary | std::ios::in | std::ios::out)
                << begin << std::flush);
    const absl::Status status = deployment.TryLoad().status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kStaleLibrary) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("/libcounter.so, which was overwritten in place"));
    EXPECT_EQ(Call(first, "version"), 1);
  });
}

TEST(LibrariesLinuxTest, AReloaderSaysThatALibraryWasRebuilt) {
  ExpectPasses([] {
    const Deployment deployment;
    WriteFile(deployment.directory() / "source", "1");
    Reloader<LibraryUserExports> reloader(
        {.module = deployment / "user",
         .watch = {deployment.directory() / "source"},
         .build = "true",
         .build_on_start = false});
    absl::Status stale;
    reloader.OnReload([&](const ReloadEvent& event) {
      if (event.kind == ReloadEvent::Kind::kLoadFailed) stale = event.status;
    });
    const absl::Status started = reloader.Start(absl::Seconds(30));
    ASSERT_TRUE(started.ok()) << started;
    EXPECT_EQ(reloader.exports().run("version").value_or(-1), 1);
    deployment.Replace("newer/counter");
    WriteFile(deployment.directory() / "source", "2");
    EXPECT_TRUE(Eventually([&] {
      reloader.Poll(absl::Milliseconds(50));
      return !stale.ok();
    }));
    EXPECT_EQ(LoadErrorOf(stale), LoadError::kStaleLibrary) << stale;
    EXPECT_THAT(std::string(stale.message()), HasSubstr("/libcounter.so"));
    EXPECT_EQ(reloader.exports().run("version").value_or(-1), 1);
  });
}

// The threads of libgomp run on after each unload.
TEST(LibrariesLinuxTest, AThousandReloadsWithOpenMpStayFlat) {
  ExpectPasses([] {
    ProcessUse begin;
    for (int cycle = 0; cycle < 1'000; ++cycle) {
      absl::StatusOr<LibraryUser> module =
          Load<LibraryUserExports>(BuiltLibrary("openmp"));
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

TEST(LibrariesLinuxTest, ThreadsOfOpenMpRefuseTheUnloadOfTheirLibrary) {
  ExpectPasses([] {
    absl::StatusOr<LibraryUser> module = Load<LibraryUserExports>(
        BuiltLibrary("openmp"), {.libraries = ModuleLibraries::kUnload});
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
