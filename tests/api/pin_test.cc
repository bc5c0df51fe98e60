// Tests calls under pins, and the effect of pins on an unload.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/thread_id.h"
#include "relib/host.h"
#include "tests/modules/callbacks.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using CallbacksModule = Module<callbacks::Exports>;
using CallbacksPin = Pinned<callbacks::Exports>;

// Longer than anything except a hang.
constexpr UnloadOptions kPatient = {.deadline = absl::Seconds(60)};
constexpr UnloadOptions kImpatient = {.deadline = absl::Milliseconds(20)};

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

CallbacksModule LoadCallbacks(
    std::function<int(int)> on_run = [](int value) { return value; },
    std::function<void()> on_before_unload = [] {},
    const LoadOptions& options = {}) {
  absl::StatusOr<CallbacksModule> module = Load<callbacks::Exports>(
      ModuleFile("callbacks"),
      callbacks::Imports{.on_construct = [] {},
                         .on_run = std::move(on_run),
                         .on_before_unload = std::move(on_before_unload),
                         .on_destroy = [] {}},
      options);
  EXPECT_TRUE(module.ok()) << module.status();
  return *std::move(module);
}

// Returns a pin on the heap, which any thread might release.
std::unique_ptr<CallbacksPin> HeapPin(const CallbacksModule& module) {
  absl::StatusOr<CallbacksPin> pinned = module.Pin();
  EXPECT_TRUE(pinned.ok()) << pinned.status();
  return std::make_unique<CallbacksPin>(*std::move(pinned));
}

void ExpectUnloads(CallbacksModule& module) {
  const absl::Status status = module.Unload(kPatient).status();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(PinTest, CallsGoThroughIt) {
  int calls = 0;
  CallbacksModule module = LoadCallbacks([&](int value) {
    ++calls;
    return value + 1;
  });
  {
    const absl::StatusOr<CallbacksPin> pinned = module.Pin();
    ASSERT_TRUE(pinned.ok()) << pinned.status();
    EXPECT_EQ(*pinned->exports().run(1), 2);
    EXPECT_EQ(*pinned->exports().run_on_thread(2), 3);
    EXPECT_TRUE(pinned->exports().nothing().ok());
    // Calls without a pin still work.
    EXPECT_EQ(*module.exports().run(3), 4);
  }
  EXPECT_EQ(calls, 3);
  ExpectUnloads(module);
}

TEST(PinTest, OfAModuleThatHasOnlyAMain) {
  absl::StatusOr<Module<>> module = Load(ModuleFile("answer"));
  ASSERT_TRUE(module.ok()) << module.status();
  {
    const absl::StatusOr<Pinned<>> pinned = module->Pin();
    ASSERT_TRUE(pinned.ok()) << pinned.status();
    EXPECT_EQ(*pinned->CallMain<int>(), 42);
    EXPECT_EQ(CallErrorOf(pinned->CallMain<std::string>().status()),
              CallError::kWrongMainType);
  }
  EXPECT_TRUE(module->Unload().ok());
}

TEST(PinTest, AnExceptionIsAStatus) {
  CallbacksModule module =
      LoadCallbacks([](int) -> int { throw std::runtime_error("no"); });
  const std::unique_ptr<CallbacksPin> pinned = HeapPin(module);
  const absl::Status status = pinned->exports().run(1).status();
  EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
  ASSERT_TRUE(ExceptionOf(status).has_value());
  EXPECT_THAT(ExceptionOf(status)->what, HasSubstr("no"));
  EXPECT_THAT(Message(status), AllOf(HasSubstr("run"), HasSubstr("callbacks")));
}

TEST(PinTest, UnloadWaitsForThePinOfAnotherThread) {
  CallbacksModule module = LoadCallbacks();
  uint64_t holder_id = 0;
  absl::Notification pinned_it, let_go;
  std::thread holder([&] {
    holder_id = platform::CurrentThreadId();
    const absl::StatusOr<CallbacksPin> pinned = module.Pin();
    ASSERT_TRUE(pinned.ok()) << pinned.status();
    pinned_it.Notify();
    let_go.WaitForNotification();
    // The refused unload had no effect.
    EXPECT_EQ(*pinned->exports().run(5), 5);
  });
  pinned_it.WaitForNotification();

  const absl::Time begin = absl::Now();
  const absl::Status status = module.Unload(kImpatient).status();
  EXPECT_GE(absl::Now() - begin, kImpatient.deadline);
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
  EXPECT_THAT(Message(status),
              AllOf(HasSubstr("callbacks"),
                    HasSubstr(absl::StrCat("pinned by thread ", holder_id))));
  if (const std::string name = platform::ThreadName(holder_id); !name.empty()) {
    EXPECT_THAT(Message(status), HasSubstr(absl::StrCat("\"", name, "\"")));
  }
  EXPECT_EQ(*module.exports().run(4), 4);

  std::thread unloader([&] { ExpectUnloads(module); });
  let_go.Notify();
  unloader.join();
  holder.join();
}

TEST(PinTest, UnloadUnderAPinOfTheSameStackIsRefusedAtOnce) {
  CallbacksModule module = LoadCallbacks();
  {
    absl::StatusOr<CallbacksPin> pinned = module.Pin();
    ASSERT_TRUE(pinned.ok()) << pinned.status();
    if (!platform::LiesOnThisStack(&pinned)) {
      GTEST_SKIP() << "the compiler keeps locals elsewhere";
    }
    const absl::Status status =
        module.Unload({.deadline = absl::InfiniteDuration()}).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
    EXPECT_THAT(Message(status), HasSubstr("this thread has pinned it"));
    EXPECT_EQ(*pinned->exports().run(1), 1);
    // The same is true of a moved pin and of a second pin.
    const CallbacksPin moved = *std::move(pinned);
    const absl::StatusOr<CallbacksPin> second = module.Pin();
    EXPECT_EQ(
        UnloadErrorOf(
            module.Unload({.deadline = absl::InfiniteDuration()}).status()),
        UnloadError::kCallsInFlight);
    EXPECT_EQ(*moved.exports().run(2), 2);
  }
  ExpectUnloads(module);
}

TEST(PinTest, UnloadFromInsideOfACallUnderAPinIsRefusedAtOnce) {
  CallbacksModule* self = nullptr;
  absl::Status seen;
  CallbacksModule module = LoadCallbacks([&](int value) {
    seen = self->Unload(kPatient).status();
    return value;
  });
  self = &module;
  {
    const absl::StatusOr<CallbacksPin> pinned = module.Pin();
    ASSERT_TRUE(pinned.ok()) << pinned.status();
    if (!platform::LiesOnThisStack(&pinned)) {
      GTEST_SKIP() << "the compiler keeps locals elsewhere";
    }
    EXPECT_EQ(*pinned->exports().run(1), 1);
  }
  EXPECT_EQ(UnloadErrorOf(seen), UnloadError::kCallsInFlight) << seen;
  ExpectUnloads(module);
}

// Another thread might release the pin.
TEST(PinTest, UnloadWaitsForAPinThatLiesElsewhere) {
  CallbacksModule module = LoadCallbacks();
  std::unique_ptr<CallbacksPin> pinned = HeapPin(module);
  const absl::Time begin = absl::Now();
  const absl::Status status = module.Unload(kImpatient).status();
  EXPECT_GE(absl::Now() - begin, kImpatient.deadline);
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
  EXPECT_THAT(Message(status),
              HasSubstr(absl::StrCat("pinned by thread ",
                                     platform::CurrentThreadId())));
  std::thread other([&] {
    absl::SleepFor(absl::Milliseconds(10));
    pinned.reset();
  });
  ExpectUnloads(module);
  other.join();
}

TEST(PinTest, MovesToAnotherThread) {
  CallbacksModule module = LoadCallbacks();
  std::optional<CallbacksPin> pinned = std::move(*HeapPin(module));
  uint64_t holder_id = 0;
  absl::Notification moved, let_go;
  std::thread holder([&] {
    holder_id = platform::CurrentThreadId();
    const CallbacksPin mine = *std::move(pinned);
    EXPECT_EQ(*mine.exports().run(3), 3);
    moved.Notify();
    let_go.WaitForNotification();
  });
  moved.WaitForNotification();
  // The refusal isn't immediate, because the pin belongs to another thread now.
  const absl::Time begin = absl::Now();
  const absl::Status status = module.Unload(kImpatient).status();
  EXPECT_GE(absl::Now() - begin, kImpatient.deadline);
  EXPECT_THAT(Message(status),
              HasSubstr(absl::StrCat("pinned by thread ", holder_id)));
  let_go.Notify();
  ExpectUnloads(module);
  holder.join();
}

TEST(PinTest, MoveAssignmentLetsGoOfWhatWasThere) {
  CallbacksModule a =
      LoadCallbacks([](int) { return 1; }, [] {}, {.private_copy = true});
  CallbacksModule b =
      LoadCallbacks([](int) { return 2; }, [] {}, {.private_copy = true});
  std::unique_ptr<CallbacksPin> pinned = HeapPin(a);
  EXPECT_EQ(*pinned->exports().run(0), 1);
  *pinned = std::move(*HeapPin(b));
  EXPECT_EQ(*pinned->exports().run(0), 2);
  ExpectUnloads(a);
  EXPECT_EQ(UnloadErrorOf(b.Unload(kImpatient).status()),
            UnloadError::kCallsInFlight);
  pinned.reset();
  ExpectUnloads(b);
}

TEST(PinTest, CallsAndPinsAreNamedTogether) {
  absl::Notification entered, leave;
  CallbacksModule module = LoadCallbacks([&](int value) {
    entered.Notify();
    leave.WaitForNotification();
    return value;
  });
  const std::unique_ptr<CallbacksPin> first = HeapPin(module);
  const std::unique_ptr<CallbacksPin> second = HeapPin(module);
  std::thread caller([&] { EXPECT_EQ(*module.exports().run(6), 6); });
  entered.WaitForNotification();
  const std::string message = Message(module.Unload(kImpatient).status());
  EXPECT_THAT(message, HasSubstr("run on thread"));
  EXPECT_THAT(message, HasSubstr(absl::StrCat("pinned by thread ",
                                              platform::CurrentThreadId())));
  EXPECT_THAT(message, HasSubstr("2 times"));
  leave.Notify();
  caller.join();
}

TEST(PinTest, IsNotToBeHadOnceTheModuleGoes) {
  CallbacksModule* self = nullptr;
  absl::Status seen;
  CallbacksModule module = LoadCallbacks([](int value) { return value; },
                                         [&] { seen = self->Pin().status(); });
  self = &module;
  ExpectUnloads(module);
  EXPECT_EQ(CallErrorOf(seen), CallError::kUnloading) << seen;
  const absl::Status after = module.Pin().status();
  EXPECT_EQ(CallErrorOf(after), CallError::kUnloading) << after;
  EXPECT_THAT(Message(after), HasSubstr("callbacks"));
}

TEST(PinTest, IsNotToBeHadOfAModuleThatWasMovedFrom) {
  CallbacksModule module = LoadCallbacks();
  const CallbacksModule other = std::move(module);
  // NOLINTNEXTLINE(bugprone-use-after-move): tests a moved-from module.
  EXPECT_EQ(CallErrorOf(module.Pin().status()), CallError::kUnloading);
}

TEST(PinTest, OutlivesAModuleWhoseDestructorIsRefused) {
  std::unique_ptr<CallbacksPin> pinned;
  {
    const CallbacksModule module = LoadCallbacks(
        [](int value) { return value * 2; }, [] {}, {.private_copy = true});
    pinned = HeapPin(module);
  }
  EXPECT_EQ(*pinned->exports().run(4), 8);
}

}  // namespace
}  // namespace relib
