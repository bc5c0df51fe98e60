// Tests loads and unloads in a process that has used up its thread keys, or
// that can't start threads.

#include <pthread.h>

#include <climits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/process/journal.h"
#include "tests/process/journal_file.h"
#include "tests/support/sanitized.h"
#include "tests/support/without_threads_linux.h"

namespace {

// All keys are taken before relib's constructors run. The constructors of
// GoogleTest run later and need some keys, too.
pthread_key_t keys[PTHREAD_KEYS_MAX];
int key_count = 0;

void TakeAllKeys() {
  while (key_count < PTHREAD_KEYS_MAX &&
         pthread_key_create(&keys[key_count], nullptr) == 0) {
    ++key_count;
  }
}

// The loader calls it before all constructors.
[[gnu::section(".preinit_array"),
  gnu::used]] void (*const kTakeKeys)() = TakeAllKeys;

void FreeAllKeys() {
  while (key_count > 0) pthread_key_delete(keys[--key_count]);
}

[[gnu::constructor(102)]] void FreeKeysForGoogleTest() { FreeAllKeys(); }

}  // namespace

namespace relib {
namespace {

using JournalModule = Module<journal::Exports>;

absl::StatusOr<JournalModule> LoadJournal() {
  return Load<journal::Exports>(JournalFile());
}

// Must be the first load of the process.
TEST(LimitsTest, WithoutThreadKeysALoadIsRefused) {
  TakeAllKeys();
  ASSERT_GT(key_count, 900);
  const absl::Status status = LoadJournal().status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kLoaderFailed) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "thread keys")) << status;
  FreeAllKeys();
  absl::StatusOr<JournalModule> module = LoadJournal();
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(*module->exports().add(1, 2), 3);
  EXPECT_TRUE(module->Unload().ok());
}

TEST(LimitsTest, WithoutAThreadForBeforeUnloadTheModuleStays) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need address space";
  absl::StatusOr<JournalModule> module = LoadJournal();
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::Status status = [&module] {
    const WithoutThreads without_threads;
    return module->Unload().status();
  }();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kBeforeUnloadFailed) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "no thread can be started"))
      << status;
  EXPECT_EQ(*module->exports().add(1, 2), 3);
  EXPECT_TRUE(module->Unload().ok());
}

}  // namespace
}  // namespace relib
