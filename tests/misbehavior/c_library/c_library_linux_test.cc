#include <argp.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <obstack.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/rseq.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Expects that the module can't be unloaded now, with a message that contains
// `reason`.
void ExpectRefused(TestModule& module, UnloadError error,
                   const std::string& reason) {
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Milliseconds(50)});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(UnloadErrorOf(report.status()), error) << report.status();
  EXPECT_THAT(report.status().message(), HasSubstr(reason));
}

TEST(LookedUpFunctions, RecordDescriptors) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("c_library/looked_up_linux");
  const int64_t opened = RunTestModule(module, "descriptors");
  EXPECT_EQ(opened, 6);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "open file");
  EXPECT_EQ(report.leftovers[0].count, opened);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(LookedUpFunctions, RecordThreads) {
  TestModule module = LoadTestModule("c_library/looked_up_linux");
  EXPECT_EQ(RunTestModule(module, "thread"), 0);
  ExpectRefused(module, UnloadError::kThreadsStillRunning, "thread");
  RunTestModule(module, "end");
  UnloadTestModule(module);
}

TEST(LookedUpFunctions, AreFoundAsUsual) {
  TestModule module = LoadTestModule("c_library/looked_up_linux");
  EXPECT_EQ(RunTestModule(module, "own"), 1);
  UnloadTestModule(module);
}

TEST(FunctionsByOtherNames, AreRecorded) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("c_library/other_names_linux");
  const int64_t opened = RunTestModule(module);
  EXPECT_EQ(opened, 6);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find("open file"), nullptr);
  EXPECT_EQ(report.Find("open file")->count, opened);
  ASSERT_NE(report.Find("stream"), nullptr);
  EXPECT_EQ(report.Find("stream")->count, 2);
  EXPECT_NE(report.Find("signal handler"), nullptr);
  EXPECT_EQ(report.Find("heap block"), nullptr) << report.ToString();
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(NamesInTheLog, OutliveTheModule) {
  TestModule module = LoadTestModule("c_library/addresses_linux");
  RunTestModule(module, "openlog");
  const UnloadReport report = UnloadTestModule(module);
  closelog();
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items,
              ElementsAre("name in the log: misbehavior"));

  module = LoadTestModule("c_library/addresses_linux");
  RunTestModule(module, "closelog");
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

// The C library reads the name when the program writes to the log.
TEST(NamesInTheLog, CanBeWrittenAfterTheModuleIsGone) {
  EXPECT_EXIT(
      {
        TestModule module = LoadTestModule("c_library/addresses_linux");
        RunTestModule(module, "openlog");
        UnloadTestModule(module);
        syslog(LOG_INFO, "from the host");
        _exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(RandomState, IsPutBackInAnyOrderOfModules) {
  static char state[256];
  initstate(7, state, sizeof(state));
  for (const bool older_first : {true, false}) {
    TestModule older = LoadTestModule("c_library/addresses_linux");
    TestModule newer = LoadTestModule("c_library/addresses_linux",
                                      LoadOptions{.private_copy = true});
    RunTestModule(older, "initstate");
    RunTestModule(newer, "initstate");
    UnloadTestModule(older_first ? older : newer);
    UnloadTestModule(older_first ? newer : older);
    static char other[256];
    EXPECT_EQ(initstate(1, other, sizeof(other)), state);
    setstate(state);
  }
}

TEST(RandomState, OfTheProgramWins) {
  static char state[256];
  TestModule module = LoadTestModule("c_library/addresses_linux");
  RunTestModule(module, "initstate");
  initstate(7, state, sizeof(state));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  static char other[256];
  EXPECT_EQ(initstate(1, other, sizeof(other)), state);
}

TEST(RandomState, ThatTheModulePutBackIsNotReported) {
  TestModule module = LoadTestModule("c_library/addresses_linux");
  RunTestModule(module, "setstate");
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(StandardStreams, ArePutBackInAnyOrderOfModules) {
  FILE* const before = stdout;
  for (const bool older_first : {true, false}) {
    TestModule older = LoadTestModule("c_library/addresses_linux");
    TestModule newer = LoadTestModule("c_library/addresses_linux",
                                      LoadOptions{.private_copy = true});
    RunTestModule(older, "stdout");
    RunTestModule(newer, "stdout");
    EXPECT_NE(stdout, before);
    UnloadTestModule(older_first ? older : newer);
    const UnloadReport report = UnloadTestModule(older_first ? newer : older);
    EXPECT_EQ(stdout, before);
    EXPECT_NE(report.Find("variable"), nullptr) << report.ToString();
  }
}

TEST(Variables, ArePutBackInAnyOrderOfModules) {
  const auto values = [] {
    return std::array<const void*, 7>{
        program_invocation_name,
        program_invocation_short_name,
        reinterpret_cast<void*>(error_print_progname),
        reinterpret_cast<void*>(obstack_alloc_failed_handler),
        argp_program_version,
        argp_program_bug_address,
        reinterpret_cast<void*>(argp_program_version_hook)};
  };
  const auto before = values();
  for (const bool older_first : {true, false}) {
    TestModule older = LoadTestModule("c_library/addresses_linux");
    RunTestModule(older, "variables");
    TestModule newer = LoadTestModule("c_library/addresses_linux",
                                      LoadOptions{.private_copy = true});
    RunTestModule(newer, "variables");
    UnloadTestModule(older_first ? older : newer);
    const UnloadReport report = UnloadTestModule(older_first ? newer : older);
    EXPECT_EQ(values(), before);
    ASSERT_NE(report.Find("variable"), nullptr);
    EXPECT_EQ(report.Find("variable")->count, 7);
  }
}

TEST(RestartableSequences, AreCleared) {
  if (__rseq_size == 0) GTEST_SKIP() << "the kernel or the C library has none";
  TestModule module = LoadTestModule("c_library/addresses_linux");
  RunTestModule(module, "rseq");
  UnloadTestModule(module);
  const auto* const area =
      reinterpret_cast<const char*>(pthread_self()) + __rseq_offset;
  EXPECT_EQ(*reinterpret_cast<const volatile uint64_t*>(
                area + offsetof(struct rseq, rseq_cs)),
            0);
}

TEST(Requests, ThatArePendingCauseARefusal) {
  for (const char* function : {"aio_read", "lio_listio"}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    TestModule module = LoadTestModule("c_library/requests_linux");
    EXPECT_EQ(RunTestModule(module, absl::StrCat(function, " ", ends[0])), 0);
    ExpectRefused(module, UnloadError::kCallbacksInUse, "an aio request");
    ASSERT_EQ(write(ends[1], "four", 4), 4);
    EXPECT_EQ(RunTestModule(module, "finish"), 4);
    UnloadTestModule(module);
    close(ends[0]);
    close(ends[1]);
  }
}

TEST(Requests, ThatHaveEndedAreForgotten) {
  TestModule module = LoadTestModule("c_library/requests_linux");
  EXPECT_EQ(RunTestModule(module, "others"), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(ForkHandlers, ThatRunCauseARefusal) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  TestModule module = LoadTestModule("c_library/fork_handlers_linux");
  EXPECT_EQ(RunTestModule(module, absl::StrCat(ends[0], " wait")), 0);
  std::thread forks([] {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
  });
  char byte = 0;
  ASSERT_EQ(read(ends[1], &byte, 1), 1);
  ExpectRefused(module, UnloadError::kCallbacksInUse, "pthread_atfork()");
  ASSERT_EQ(write(ends[1], &byte, 1), 1);
  forks.join();
  UnloadTestModule(module);
  // Nothing is called any more.
  const pid_t child = fork();
  if (child == 0) _exit(0);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  close(ends[1]);
}

// Forks. The child forks again if `again`, and all wait for their children.
void Fork(bool again) {
  const pid_t child = fork();
  if (child == 0) {
    if (again) Fork(/*again=*/false);
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(ForkHandlers, RunInTheOrderOfTheirRegistration) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  const auto written = [&] {
    char buffer[64];
    const ssize_t size = read(ends[0], buffer, sizeof(buffer));
    return std::string(buffer, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  };
  const LoadOptions copy = {.private_copy = true};
  TestModule first = LoadTestModule("c_library/fork_handlers_linux", copy);
  TestModule second = LoadTestModule("c_library/fork_handlers_linux", copy);
  EXPECT_EQ(RunTestModule(first, absl::StrCat(ends[1], " 1")), 0);
  EXPECT_EQ(RunTestModule(second, absl::StrCat(ends[1], " 2")), 0);
  Fork(/*again=*/false);
  // Parent and child write at the same time.
  EXPECT_THAT(written(), AnyOf("p2p1P1P2c1c2", "p2p1P1c1P2c2", "p2p1P1c1c2P2",
                               "p2p1c1P1P2c2", "p2p1c1P1c2P2", "p2p1c1c2P1P2"));
  UnloadTestModule(first);
  Fork(/*again=*/true);
  std::string twice = written();
  std::sort(twice.begin(), twice.end());
  EXPECT_EQ(twice, "222222PPccpp");
  UnloadTestModule(second);
  Fork(/*again=*/false);
  EXPECT_EQ(written(), "");
  close(ends[0]);
  close(ends[1]);
}

TEST(Clones, ThatRunCauseARefusal) {
  TestModule module = LoadTestModule("c_library/clone_linux");
  const int64_t thread = RunTestModule(module);
  ASSERT_GT(thread, 0);
  ExpectRefused(module, UnloadError::kCallbacksInUse,
                absl::StrCat("thread ", thread, ", which the module made"));
  RunTestModule(module, "end");
  UnloadTestModule(module);
}

}  // namespace
}  // namespace relib::misbehavior
