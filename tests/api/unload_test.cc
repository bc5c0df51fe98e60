// Tests refusals of unloads, and that the module still works after a refusal
// and can be unloaded later.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/base/options.h"
#include "absl/base/thread_annotations.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/thread_id.h"
#include "relib/host.h"
#include "tests/modules/callbacks.h"
#include "tests/support/module_file.h"
#include "tests/support/sanitized.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Longer than anything except a hang.
constexpr UnloadOptions kPatient = {.deadline = absl::Seconds(60)};
constexpr UnloadOptions kImpatient = {.deadline = absl::Milliseconds(20)};

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

#define EXPECT_OK(expression)                                    \
  do {                                                           \
    const absl::Status status_ = AsStatus(expression);           \
    EXPECT_TRUE(status_.ok()) << #expression << ": " << status_; \
  } while (false)

absl::Status AsStatus(const absl::Status& status) { return status; }
template <typename T>
absl::Status AsStatus(const absl::StatusOr<T>& status) {
  return status.status();
}

// The actions of the module //tests/modules:callbacks.
struct Behavior {
  std::function<void()> on_construct = [] {};
  std::function<int(int)> on_run = [](int value) { return value; };
  std::function<void()> on_before_unload = [] {};
  std::function<void()> on_destroy = [] {};
};

absl::StatusOr<Module<callbacks::Exports>> LoadCallbacks(
    const Behavior& behavior, const LoadOptions& options = {}) {
  return Load<callbacks::Exports>(
      ModuleFile("callbacks"),
      callbacks::Imports{.on_construct = behavior.on_construct,
                         .on_run = behavior.on_run,
                         .on_before_unload = behavior.on_before_unload,
                         .on_destroy = behavior.on_destroy},
      options);
}

TEST(UnloadTest, RunsEachPartOfTheModulesLifeInOrder) {
  std::vector<std::string> life;
  absl::StatusOr<Module<callbacks::Exports>> module = LoadCallbacks(
      {.on_construct = [&] { life.push_back("construct"); },
       .on_run =
           [&](int value) {
             life.push_back("run");
             return value + 1;
           },
       .on_before_unload = [&] { life.push_back("before_unload"); },
       .on_destroy = [&] { life.push_back("destroy"); }});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_THAT(life, ElementsAre("construct"));
  EXPECT_EQ(*module->exports().run(1), 2);
  absl::StatusOr<UnloadReport> report = module->Unload();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(life,
              ElementsAre("construct", "run", "before_unload", "destroy"));
  EXPECT_GT(report->elapsed, absl::ZeroDuration());
  EXPECT_THAT(report->ToString(), HasSubstr("unloaded in"));
}

TEST(UnloadTest, AfterItEverythingAnswersThatTheModuleIsGone) {
  absl::StatusOr<Module<callbacks::Exports>> module = LoadCallbacks({});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_OK(module->Unload());

  const absl::Status call = module->exports().run(1).status();
  EXPECT_EQ(CallErrorOf(call), CallError::kUnloading) << call;
  EXPECT_THAT(Message(call), AllOf(HasSubstr("run"), HasSubstr("callbacks")));
  EXPECT_EQ(CallErrorOf(module->exports().nothing()), CallError::kUnloading);
  const absl::Status again = module->Unload().status();
  EXPECT_EQ(UnloadErrorOf(again), UnloadError::kNotLoaded) << again;
  EXPECT_THAT(Message(again), HasSubstr("callbacks"));
  EXPECT_EQ(module->path(), ModuleFile("callbacks"));
}

TEST(UnloadTest, AModuleThatWasMovedFromIsNotLoaded) {
  absl::StatusOr<Module<callbacks::Exports>> module = LoadCallbacks({});
  ASSERT_TRUE(module.ok()) << module.status();
  Module<callbacks::Exports> other = *std::move(module);
  // NOLINTNEXTLINE(bugprone-use-after-move): tests a moved-from module.
  EXPECT_EQ(UnloadErrorOf(module->Unload().status()), UnloadError::kNotLoaded);
  EXPECT_EQ(*other.exports().run(3), 3);
  EXPECT_OK(other.Unload());
}

#if !defined(NDEBUG) || ABSL_OPTION_HARDENED
TEST(UnloadDeathTest, OtherFunctionsOfAModuleThatWasMovedFromAreChecked) {
  absl::StatusOr<Module<callbacks::Exports>> module = LoadCallbacks({});
  ASSERT_TRUE(module.ok()) << module.status();
  const Module<callbacks::Exports> other = *std::move(module);
  // NOLINTBEGIN(bugprone-use-after-move): that is what is tested.
  EXPECT_DEATH(static_cast<void>(module->exports()), "slots_ != nullptr");
  EXPECT_DEATH(static_cast<void>(module->path()), "module_ != nullptr");
  EXPECT_DEATH(static_cast<void>(module->mapped_path()), "module_ != nullptr");
  EXPECT_DEATH(static_cast<void>(module->CallMain()), "module_ != nullptr");
  EXPECT_DEATH(static_cast<void>(module->Link(&callbacks::Exports::run)),
               "module_ != nullptr");
  // NOLINTEND(bugprone-use-after-move)
}
#endif

TEST(UnloadTest, MoveAssignmentUnloadsWhatWasThere) {
  int destroyed = 0;
  const Behavior behavior = {.on_destroy = [&] { ++destroyed; }};
  absl::StatusOr<Module<callbacks::Exports>> a =
      LoadCallbacks(behavior, {.private_copy = true});
  absl::StatusOr<Module<callbacks::Exports>> b =
      LoadCallbacks(behavior, {.private_copy = true});
  ASSERT_TRUE(a.ok()) << a.status();
  ASSERT_TRUE(b.ok()) << b.status();
  *a = *std::move(b);
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(*a->exports().run(3), 3);
  EXPECT_OK(a->Unload());
  EXPECT_EQ(destroyed, 2);
}

TEST(UnloadTest, BeforeUnloadThatHangsKeepsTheModule) {
  absl::Notification leave;
  int runs = 0;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_before_unload = [&] {
        ++runs;
        leave.WaitForNotification();
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module->Unload(kImpatient).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
    EXPECT_THAT(Message(status),
                AllOf(HasSubstr("callbacks"), HasSubstr("before_unload")));
    // ThreadSanitizer delays signals for a thread that waits for a lock.
    if (!kThreadSanitizer) {
      EXPECT_THAT(Message(status),
                  AllOf(HasSubstr("#0 "), HasSubstr("relib_before_unload")));
    }
    EXPECT_EQ(*module->exports().run(4), 4);
  }
  leave.Notify();
  EXPECT_OK(module->Unload(kPatient));
  EXPECT_EQ(runs, 1);
}

TEST(UnloadTest, BeforeUnloadThatThrowsKeepsTheModule) {
  int attempts = 0;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_before_unload = [&] {
        if (++attempts == 1) throw std::runtime_error("not yet");
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::Status status = module->Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kBeforeUnloadFailed) << status;
  EXPECT_THAT(Message(status),
              AllOf(HasSubstr("before_unload"), HasSubstr("not yet"),
                    HasSubstr("callbacks")));
  ASSERT_TRUE(ExceptionOf(status).has_value());
  EXPECT_EQ(ExceptionOf(status)->type, "relib::ImportError");
  EXPECT_THAT(ExceptionOf(status)->what, HasSubstr("not yet"));

  EXPECT_EQ(*module->exports().run(5), 5);
  EXPECT_OK(module->Unload());
  EXPECT_EQ(attempts, 2);
}

TEST(UnloadTest, BeforeUnloadCanNoLongerBeCalledInto) {
  absl::Status seen;
  Module<callbacks::Exports>* self = nullptr;
  absl::StatusOr<Module<callbacks::Exports>> module = LoadCallbacks(
      {.on_before_unload = [&] { seen = self->exports().run(1).status(); }});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  EXPECT_OK(module->Unload());
  EXPECT_EQ(CallErrorOf(seen), CallError::kUnloading) << seen;
}

TEST(UnloadTest, WaitsForACallInFlight) {
  absl::Notification entered, leave;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_run = [&](int value) {
        entered.Notify();
        leave.WaitForNotification();
        return value;
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  uint64_t caller_id = 0;
  std::thread caller([&] {
    caller_id = platform::CurrentThreadId();
    absl::StatusOr<int> result = module->exports().run(7);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result.value_or(0), 7);
  });
  entered.WaitForNotification();

  const absl::Time begin = absl::Now();
  const absl::Status status = module->Unload(kImpatient).status();
  EXPECT_GE(absl::Now() - begin, kImpatient.deadline);
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
  EXPECT_THAT(Message(status),
              AllOf(HasSubstr("callbacks"),
                    HasSubstr(absl::StrCat("run on thread ", caller_id))));
  if (const std::string name = platform::ThreadName(caller_id); !name.empty()) {
    EXPECT_THAT(Message(status), HasSubstr(absl::StrCat("thread ", caller_id,
                                                        " \"", name, "\"")));
  }
  // The gate is open again.
  EXPECT_OK(module->exports().nothing());

  // The refusal is immediate if the deadline has passed, even if it is
  // negative.
  for (const absl::Duration deadline :
       {absl::ZeroDuration(), -absl::Seconds(1), -absl::InfiniteDuration()}) {
    EXPECT_EQ(UnloadErrorOf(module->Unload({.deadline = deadline}).status()),
              UnloadError::kCallsInFlight);
  }

  std::thread unloader([&] {
    EXPECT_OK(module->Unload({.deadline = absl::InfiniteDuration()}));
  });
  leave.Notify();
  unloader.join();
  caller.join();
}

TEST(UnloadTest, FromInsideOfACallIsRefusedAtOnce) {
  Module<callbacks::Exports>* self = nullptr;
  absl::Status seen;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_run = [&](int value) {
        seen = self->Unload({.deadline = absl::InfiniteDuration()}).status();
        return value;
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  EXPECT_EQ(*module->exports().run(9), 9);
  EXPECT_EQ(UnloadErrorOf(seen), UnloadError::kCallsInFlight) << seen;
  EXPECT_THAT(Message(seen), HasSubstr("inside"));
  EXPECT_OK(module->Unload());
}

TEST(UnloadTest, FromADeeplyNestedCallIsRefusedAtOnce) {
  Module<callbacks::Exports>* self = nullptr;
  absl::Status seen;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_run = [&](int depth) {
        if (depth > 0) return *self->exports().run(depth - 1) + 1;
        seen = self->Unload({.deadline = absl::InfiniteDuration()}).status();
        return 0;
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  EXPECT_EQ(*module->exports().run(200), 200);
  EXPECT_EQ(UnloadErrorOf(seen), UnloadError::kCallsInFlight) << seen;
  EXPECT_OK(module->Unload());
}

TEST(UnloadTest, NamesTheCallsOfARecursionOnce) {
  Module<callbacks::Exports>* self = nullptr;
  uint64_t caller_id = 0;
  absl::Notification entered, leave;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_run = [&](int depth) {
        if (depth > 0) return *self->exports().run(depth - 1) + 1;
        entered.Notify();
        leave.WaitForNotification();
        return 0;
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  std::thread caller([&] {
    caller_id = platform::CurrentThreadId();
    EXPECT_EQ(*module->exports().run(299), 299);
  });
  entered.WaitForNotification();
  const std::string message = Message(module->Unload(kImpatient).status());
  EXPECT_THAT(message, HasSubstr(absl::StrCat("run on thread ", caller_id)));
  EXPECT_THAT(message, HasSubstr("300 times"));
  EXPECT_LT(message.size(), 400);
  leave.Notify();
  caller.join();
  EXPECT_OK(module->Unload(kPatient));
}

TEST(UnloadTest, FromBeforeUnloadAndDestructorsIsRefusedAtOnce) {
  Module<callbacks::Exports>* self = nullptr;
  std::vector<absl::Status> seen;
  const auto unload = [&] {
    seen.push_back(
        self->Unload({.deadline = absl::InfiniteDuration()}).status());
  };
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_before_unload = unload, .on_destroy = unload});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  EXPECT_OK(module->Unload());
  ASSERT_THAT(seen, SizeIs(2));
  for (const absl::Status& status : seen) {
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
  }
}

// before_unload joins a thread that calls Unload(). They must not wait for each
// other.
TEST(UnloadTest, FromAThreadThatBeforeUnloadWaitsFor) {
  Module<callbacks::Exports>* self = nullptr;
  absl::Status seen;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_before_unload = [&] {
        std::thread([&] { seen = self->Unload(kImpatient).status(); }).join();
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  EXPECT_OK(module->Unload());
  EXPECT_EQ(UnloadErrorOf(seen), UnloadError::kCallsInFlight) << seen;
  EXPECT_THAT(Message(seen), HasSubstr("being unloaded already"));
}

TEST(UnloadTest, FromAThreadOfTheModuleIsRefusedAtOnce) {
  Module<callbacks::Exports>* self = nullptr;
  absl::Status seen;
  absl::Notification done;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_run = [&](int value) {
        seen = self->Unload({.deadline = absl::InfiniteDuration()}).status();
        done.Notify();
        return value;
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  EXPECT_OK(module->exports().start_thread(1));
  done.WaitForNotification();
  EXPECT_EQ(UnloadErrorOf(seen), UnloadError::kThreadsStillRunning) << seen;
  EXPECT_OK(module->Unload(kPatient));
}

// During an unload, imports work at any time, and exports that are called
// through them succeed or fail with kUnloading.
TEST(UnloadTest, ThreadsOfTheModuleGoOnCallingWhileItIsUnloaded) {
  constexpr int kThreads = 4;
  Module<callbacks::Exports>* self = nullptr;
  std::atomic<bool> stop = false;
  std::atomic<int> calls = 0;
  std::atomic<int> answered = 0;
  std::atomic<int> refused = 0;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_run = [&](int value) {
        ++calls;
        const absl::Status status = self->exports().nothing();
        if (status.ok()) {
          ++answered;
        } else {
          EXPECT_EQ(CallErrorOf(status), CallError::kUnloading) << status;
          ++refused;
        }
        return stop ? 0 : value;
      }});
  ASSERT_TRUE(module.ok()) << module.status();
  self = &*module;
  // Waits until `count` has increased.
  const auto wait_for_more = [](const std::atomic<int>& count) {
    const int before = count;
    while (count < before + 2 * kThreads) std::this_thread::yield();
  };
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_OK(module->exports().start_calling(1));
  }

  // The threads use most of the processor time, so the deadline may pass before
  // the unload waits for them.
  UnloadOptions options = kImpatient;
  std::optional<UnloadError> error;
  while (error != UnloadError::kThreadsStillRunning) {
    const absl::Status status = module->Unload(options).status();
    error = UnloadErrorOf(status);
    ASSERT_THAT(error, AnyOf(UnloadError::kCallsInFlight,
                             UnloadError::kDeadlineExceeded,
                             UnloadError::kThreadsStillRunning))
        << status;
    wait_for_more(answered);
    EXPECT_OK(module->exports().nothing());
    options.deadline *= 2;
  }

  std::thread unloader([&] { EXPECT_OK(module->Unload(kPatient)); });
  wait_for_more(refused);
  wait_for_more(calls);
  EXPECT_EQ(CallErrorOf(module->exports().nothing()), CallError::kUnloading);
  stop = true;
  unloader.join();
  const int calls_before = calls;
  EXPECT_EQ(UnloadErrorOf(module->Unload().status()), UnloadError::kNotLoaded);
  EXPECT_EQ(calls, calls_before);
}

TEST(UnloadTest, FromAnotherThreadThanTheOneThatLoaded) {
  std::optional<Module<callbacks::Exports>> module;
  std::thread([&] {
    absl::StatusOr<Module<callbacks::Exports>> loaded = LoadCallbacks({});
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    module = *std::move(loaded);
  }).join();
  ASSERT_TRUE(module.has_value());
  EXPECT_EQ(*module->exports().run(4), 4);
  std::thread([&] { EXPECT_OK(module->Unload()); }).join();
}

TEST(UnloadTest, OfManyThreadsOneUnloads) {
  absl::StatusOr<Module<callbacks::Exports>> module = LoadCallbacks({});
  ASSERT_TRUE(module.ok()) << module.status();
  std::atomic<int> unloaded{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const absl::Status status = module->Unload(kPatient).status();
      if (status.ok()) {
        ++unloaded;
      } else {
        EXPECT_EQ(UnloadErrorOf(status), UnloadError::kNotLoaded) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(unloaded, 1);
}

class LogCapture : public absl::LogSink {
 public:
  LogCapture() { absl::AddLogSink(this); }
  ~LogCapture() override { absl::RemoveLogSink(this); }
  void Send(const absl::LogEntry& entry) override {
    if (entry.log_severity() < absl::LogSeverity::kError) return;
    const absl::MutexLock lock(mutex_);
    text_ += entry.text_message();
  }
  std::string text() const {
    const absl::MutexLock lock(mutex_);
    return text_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
};

TEST(UnloadTest, ADestructorThatIsRefusedLogsAndLeavesTheModule) {
  // Must outlive the module, which stays loaded.
  static absl::Notification leave;
  static int destroyed = 0;
  absl::Notification entered;
  const LogCapture log;
  {
    absl::StatusOr<Module<callbacks::Exports>> module =
        LoadCallbacks({.on_run =
                           [&entered](int value) {
                             entered.Notify();
                             leave.WaitForNotification();
                             return value;
                           },
                       .on_destroy = [] { ++destroyed; }},
                      {.private_copy = true});
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_OK(module->exports().start_thread(1));
    entered.WaitForNotification();
  }
  EXPECT_THAT(log.text(), AllOf(HasSubstr("leaves"), HasSubstr("callbacks"),
                                HasSubstr("threads that it started")));
  EXPECT_EQ(destroyed, 0);
  // The thread still runs code of the module. Let it end.
  leave.Notify();
}

TEST(UnloadTest, TheDestructorUnloads) {
  int destroyed = 0;
  const LogCapture log;
  {
    absl::StatusOr<Module<callbacks::Exports>> module =
        LoadCallbacks({.on_destroy = [&] { ++destroyed; }});
    ASSERT_TRUE(module.ok()) << module.status();
  }
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(log.text(), "");
}

TEST(UnloadTest, ImportsLiveAsLongAsTheModule) {
  auto token = std::make_shared<int>(1);
  std::weak_ptr<int> alive = token;
  absl::StatusOr<Module<callbacks::Exports>> module =
      LoadCallbacks({.on_run = [token](int value) { return value + *token; }});
  ASSERT_TRUE(module.ok()) << module.status();
  token.reset();
  EXPECT_FALSE(alive.expired());
  EXPECT_EQ(*module->exports().run(1), 2);
  EXPECT_OK(module->Unload());
  EXPECT_TRUE(alive.expired());
}

}  // namespace
}  // namespace relib
