// Tests loads and unloads in a process that has used up its thread keys, or
// that can't start threads.

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/host.h"
#include "tests/process/journal.h"
#include "tests/support/sanitized.h"

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
  return Load<journal::Exports>(absl::StrCat(
      std::getenv("TEST_SRCDIR"), "/", std::getenv("TEST_WORKSPACE"),
      "/tests/process/", platform::kLibraryPrefix, "journal",
      platform::kLibrarySuffix));
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

int64_t AddressSpace() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  long pages = 0;
  if (file == nullptr || std::fscanf(file, "%ld", &pages) != 1) return 0;
  std::fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

TEST(LimitsTest, WithoutAThreadForBeforeUnloadTheModuleStays) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need address space";
  absl::StatusOr<JournalModule> module = LoadJournal();
  ASSERT_TRUE(module.ok()) << module.status();
  // Larger than the stacks that the C library keeps of threads that have ended.
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, size_t{64} << 20), 0);
  ASSERT_EQ(pthread_setattr_default_np(&attributes), 0);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = static_cast<rlim_t>(AddressSpace()) + (32 << 20);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
  const absl::Status status = module->Unload().status();
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kBeforeUnloadFailed) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "no thread can be started"))
      << status;
  EXPECT_EQ(*module->exports().add(1, 2), 3);
  EXPECT_TRUE(module->Unload().ok());
}

}  // namespace
}  // namespace relib
