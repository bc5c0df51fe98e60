#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/resident_memory.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/misbehavior/heap/system_heap.h"
#include "tests/support/sanitized.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kBlock[] = "heap block";

// Tests that need the module's own heap. With a sanitizer, a module has none,
// and the sanitizer would report the leaks of the module.
class ModuleHeapTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer replaces the heap";
  }
};

// Unloads the module. Returns the heap blocks of the report, which are zeros if
// it has none, and expects no other leftovers.
Leftover BlocksLeft(TestModule& module) {
  const UnloadReport report = UnloadTestModule(module);
  const Leftover* left = report.Find(kBlock);
  EXPECT_THAT(report.leftovers, SizeIs(left == nullptr ? 0 : 1))
      << report.ToString();
  return left == nullptr ? Leftover() : *left;
}

Leftover BlocksLeft(std::string_view name, std::string_view argument) {
  TestModule module = LoadTestModule(name);
  RunTestModule(module, argument);
  return BlocksLeft(module);
}

class LeakTest : public ModuleHeapTest,
                 public ::testing::WithParamInterface<const char*> {};

TEST_P(LeakTest, IsGivenBack) {
  TestModule module = LoadTestModule("heap/leaks");
  ASSERT_EQ(RunTestModule(module, GetParam()), 1);
  const Leftover left = BlocksLeft(module);
  EXPECT_EQ(left.count, 1);
  EXPECT_GE(left.bytes, 1000);
}

INSTANTIATE_TEST_SUITE_P(Each, LeakTest,
                         ::testing::Values("new", "aligned_new", "malloc",
                                           "calloc", "realloc", "large",
                                           "strdup", "wcsdup", "asprintf"),
                         [](const auto& info) { return info.param; });
INSTANTIATE_TEST_SUITE_P(OfThisSystem, LeakTest,
                         ::testing::ValuesIn(kWaysOfThisSystem),
                         [](const auto& info) { return info.param; });

TEST_F(ModuleHeapTest, LeaksOfAllThreadsAreCounted) {
  EXPECT_EQ(BlocksLeft("heap/leaks_many", "1000").count, 1000);
  EXPECT_EQ(BlocksLeft("heap/leaks_many", "1000 threads").count, 3000);

  TestModule module = LoadTestModule("heap/leaks_many");
  RunTestModule(module, "100");
  std::thread([&] { RunTestModule(module, "10000"); }).join();
  std::atomic<bool> unloaded = false;
  std::atomic<bool> leaked = false;
  std::thread alive([&] {
    RunTestModule(module, "100000");
    leaked = true;
    // The thread ends after the image and its heap have been unmapped.
    while (!unloaded) absl::SleepFor(absl::Milliseconds(1));
  });
  while (!leaked) absl::SleepFor(absl::Milliseconds(1));
  const Leftover left = BlocksLeft(module);
  unloaded = true;
  alive.join();
  EXPECT_EQ(left.count, 110'100);
  EXPECT_EQ(left.bytes, left.count * 64);
}

TEST_F(ModuleHeapTest, LeaksAtBothEndsAreCounted) {
  const Leftover left = BlocksLeft("heap/leaks_at_start_and_end", "");
  EXPECT_EQ(left.count, 4);
  EXPECT_GE(left.bytes, 40'000);
}

TEST_F(ModuleHeapTest, LeaksOfALibraryInCAreGivenBack) {
  EXPECT_EQ(BlocksLeft("heap/links_leaking_library", "").count, 2);
}

TEST_F(ModuleHeapTest, OtherThreadsMayFree) {
  EXPECT_EQ(BlocksLeft("heap/frees_on_other_threads", "").count, 0);
}

TEST(HeapTest, BlocksOfTheCLibraryCanBeFreed) {
  TestModule module = LoadTestModule("heap/mixes_with_c_library");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(HeapTest, SystemHeapServesAllFunctions) {
  TestModule module =
      LoadTestModule("heap/mixes_with_c_library", {.heap = Heap::kSystem});
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST_F(ModuleHeapTest, ZeroedPagesStayUntouched) {
  TestModule module = LoadTestModule("heap/takes_zeroed");
  for (const char* mib : {"2", "20", "64", "200", "14 used", "60 used"}) {
    const int64_t kib = RunTestModule(module, mib);
    EXPECT_GE(kib, 0) << mib;
    EXPECT_LT(kib, 512) << mib;
  }
}

TEST_F(ModuleHeapTest, MemoryStaysFlat) {
  const auto cycle = [] {
    EXPECT_EQ(BlocksLeft("heap/leaks_many", "16384").count, 16'384);
  };
  for (int i = 0; i < 20; ++i) cycle();
  const int64_t before = ResidentKib();
  for (int i = 0; i < 1000; ++i) cycle();
  EXPECT_LT(ResidentKib() - before, 1024);
}

TEST_F(ModuleHeapTest, AnIdleModuleTakesLittle) {
  constexpr int kModules = 20;
  const auto load = [] {
    TestModule module =
        LoadTestModule("well_behaved/leaves_nothing", {.private_copy = true});
    RunTestModule(module, "once");
    return module;
  };
  load();
  const int64_t before = ResidentKibWithoutFiles();
  std::vector<TestModule> modules;
  for (int i = 0; i < kModules; ++i) modules.push_back(load());
  const int64_t each = (ResidentKibWithoutFiles() - before) / kModules;
  RecordProperty("kib", static_cast<int>(each));
  EXPECT_LE(each, 256);
}

// Repeats some work on its own thread, and measures each repetition.
class Repeater {
 public:
  explicit Repeater(std::function<void()> work)
      : thread_([this, work = std::move(work)] {
          while (!done_) {
            const absl::Time begin = absl::Now();
            work();
            const absl::Time end = absl::Now();
            const absl::MutexLock lock(mutex_);
            ++count_;
            if (end - begin >= kMinRecorded) times_.push_back({begin, end});
          }
        }) {}
  ~Repeater() {
    done_ = true;
    thread_.join();
  }

  // Returns the number of repetitions so far.
  int Count() const {
    const absl::MutexLock lock(mutex_);
    return count_;
  }
  // Returns the longest time that one repetition spent between `begin` and
  // `end`, which are in the past.
  absl::Duration Longest(absl::Time begin, absl::Time end) {
    // Waits until every repetition that began before `end` has been recorded.
    const int before = Count();
    while (Count() == before) absl::SleepFor(absl::Microseconds(100));
    const absl::MutexLock lock(mutex_);
    absl::Duration longest;
    for (const auto& [from, to] : std::exchange(times_, {})) {
      longest = std::max(longest, std::min(to, end) - std::max(from, begin));
    }
    return longest;
  }

 private:
  static constexpr absl::Duration kMinRecorded = absl::Microseconds(20);

  mutable absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::pair<absl::Time, absl::Time>> times_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

// Neither calls of another module nor its loads and unloads wait: a repetition
// takes less than three quarters of the unload. One round that shows this is
// enough, because the scheduler may delay any thread, while a thread that
// waited for the unload would do so in each round.
TEST_F(ModuleHeapTest, NobodyWaitsForAnUnload) {
  TestModule called = LoadTestModule("heap/leaks_many", {.private_copy = true});
  Repeater calls([&] { RunTestModule(called, "0"); });
  Repeater cycles([] { BlocksLeft("heap/leaks", "malloc"); });
  // On a busy or slow machine, an unload may take hardly longer than one cycle.
  // It then gets more blocks, until whole cycles fit into it.
  int64_t blocks = 1'000'000;
  constexpr int64_t kMaxBlocks = 16'000'000;
  bool calls_wait = true;
  bool cycles_wait = true;
  for (int i = 0; i < 200 && (calls_wait || cycles_wait); ++i) {
    TestModule module = LoadTestModule("heap/leaks_many");
    RunTestModule(module, absl::StrCat(blocks));
    const int calls_before = calls.Count();
    const int cycles_before = cycles.Count();
    const absl::Time begin = absl::Now();
    const uint64_t left = BlocksLeft(module).count;
    const absl::Time end = absl::Now();
    const int calls_done = calls.Count() - calls_before;
    const int cycles_done = cycles.Count() - cycles_before;
    ASSERT_EQ(left, blocks);
    const absl::Duration longest_call = calls.Longest(begin, end);
    const absl::Duration longest_cycle = cycles.Longest(begin, end);
    // One repetition may have begun before the unload, and one may have been
    // counted after it.
    if (calls_done > 2 && longest_call < 0.75 * (end - begin)) {
      calls_wait = false;
    }
    if (cycles_done > 2 && longest_cycle < 0.75 * (end - begin)) {
      cycles_wait = false;
    } else {
      blocks = std::min(2 * blocks, kMaxBlocks);
    }
    RecordProperty(
        absl::StrCat("round_", i),
        absl::StrCat(blocks, " blocks ", absl::FormatDuration(end - begin),
                     ", calls ", calls_done, " ",
                     absl::FormatDuration(longest_call), ", cycles ",
                     cycles_done, " ", absl::FormatDuration(longest_cycle)));
  }
  EXPECT_FALSE(calls_wait);
  EXPECT_FALSE(cycles_wait);
}

TEST(HeapTest, SystemHeapKeepsWhatIsLeaked) {
  TestModule module =
      LoadTestModule("heap/frees_wrongly", {.heap = Heap::kSystem});
  void* const block =
      reinterpret_cast<void*>(RunTestModule(module, "allocate"));
  EXPECT_GE(SizeOfHostsBlock(block), 64);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  free(block);
}

// An allocator that counts its calls and forwards them to the C library.
struct CountingAllocator {
  static void* Allocate(void* context, size_t size, size_t alignment) {
    auto& self = *static_cast<CountingAllocator*>(context);
    ++self.allocated;
    self.largest_alignment = std::max(self.largest_alignment, alignment);
    return AllocateAligned(size, alignment);
  }
  static void Free(void* context, void* memory) {
    ++static_cast<CountingAllocator*>(context)->freed;
    FreeAligned(memory);
  }

  LoadOptions Options() {
    return {.heap = Heap::kCustom,
            .allocator = {.context = this, .allocate = Allocate, .free = Free}};
  }

  std::atomic<int> allocated = 0;
  std::atomic<int> freed = 0;
  size_t largest_alignment = 0;
};

TEST(HeapTest, CustomAllocatorIsUsed) {
  CountingAllocator allocator;
  for (const char* name :
       {"heap/mixes_with_c_library", "well_behaved/leaves_nothing"}) {
    TestModule module = LoadTestModule(name, allocator.Options());
    EXPECT_EQ(
        RunTestModule(module, "a text that is too long for its own storage"),
        0);
    EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
    EXPECT_GT(allocator.allocated, 0);
    EXPECT_EQ(allocator.allocated, allocator.freed);
  }
}

TEST_F(ModuleHeapTest, CustomAllocatorKeepsLeaks) {
  CountingAllocator allocator;
  for (const char* way : {"aligned_new", "realloc", "calloc", "strdup"}) {
    TestModule module = LoadTestModule("heap/leaks", allocator.Options());
    EXPECT_EQ(RunTestModule(module, way), 1);
    EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  }
  EXPECT_EQ(allocator.allocated, allocator.freed + 4);
  EXPECT_EQ(allocator.largest_alignment, 256);
}

// Tests of the validation of frees, with each kind of heap.
class CheckedHeapTest : public ::testing::TestWithParam<Heap> {
 protected:
  LoadOptions Options() {
    LoadOptions options = allocator_.Options();
    options.heap = GetParam();
    options.dealloc_validation = true;
    options.on_bad_free = [this](const BadFree& bad_free) {
      found_.push_back(bad_free);
    };
    return options;
  }

  // Runs heap/frees_wrongly, and returns the one report of it.
  BadFree Find(std::string_view argument) {
    TestModule module = LoadTestModule("heap/frees_wrongly", Options());
    RunTestModule(module, argument);
    UnloadTestModule(module);
    EXPECT_THAT(found_, SizeIs(1));
    if (found_.empty()) return BadFree();
    EXPECT_THAT(found_[0].module,
                HasSubstr(ModuleFileName("heap/frees_wrongly")));
    EXPECT_THAT(found_[0].call.ToString(),
                HasSubstr(ModuleFileName("heap/frees_wrongly")));
    BadFree result = found_[0];
    found_.clear();
    return result;
  }

  CountingAllocator allocator_;
  std::vector<BadFree> found_;
};

TEST_P(CheckedHeapTest, DoubleFreeIsFound) {
  const BadFree bad_free = Find("twice");
  EXPECT_EQ(bad_free.kind, BadFree::Kind::kDoubleFree);
  EXPECT_EQ(bad_free.owner, bad_free.module);
  EXPECT_EQ(bad_free.place, "a block of 64 bytes");
  EXPECT_FALSE(bad_free.allocation.empty());
  EXPECT_FALSE(bad_free.first_free.empty());
  EXPECT_THAT(bad_free.ToString(), HasSubstr("freed before by"));
}

TEST_P(CheckedHeapTest, PartOfABlockIsFound) {
  const BadFree bad_free = Find("part");
  EXPECT_EQ(bad_free.kind, BadFree::Kind::kNotABlock);
  EXPECT_EQ(bad_free.owner, bad_free.module);
  EXPECT_EQ(bad_free.place, "16 bytes into a block of 64 bytes");
}

TEST_P(CheckedHeapTest, WildPointersAreFound) {
  BadFree bad_free = Find("variable");
  EXPECT_EQ(bad_free.kind, BadFree::Kind::kNotABlock);
  EXPECT_EQ(bad_free.owner, "");
  bad_free = Find("nothing");
  EXPECT_EQ(bad_free.kind, BadFree::Kind::kNotABlock);
  EXPECT_EQ(bad_free.place, "");
  bad_free = Find("resized");
  EXPECT_EQ(bad_free.kind, BadFree::Kind::kNotABlock);
  int variable = 0;
  bad_free = Find(absl::StrCat(reinterpret_cast<uintptr_t>(&variable)));
  EXPECT_EQ(bad_free.kind,
            kSanitized ? bad_free.kind : BadFree::Kind::kNotABlock);
}

TEST_P(CheckedHeapTest, BlockOfTheHostIsFound) {
  void* const block = malloc(64);
  const BadFree bad_free =
      Find(absl::StrCat(reinterpret_cast<uintptr_t>(block)));
  EXPECT_EQ(bad_free.kind, BadFree::Kind::kForeignBlock);
  EXPECT_EQ(bad_free.owner, "");
  EXPECT_THAT(bad_free.ToString(), HasSubstr("the host"));
  free(block);
}

TEST_P(CheckedHeapTest, BlockOfAnotherModuleIsFound) {
  TestModule other =
      LoadTestModule("heap/frees_wrongly", {.private_copy = true,
                                            .heap = GetParam(),
                                            .allocator = Options().allocator,
                                            .dealloc_validation = true});
  const int64_t block = RunTestModule(other, "allocate");
  const BadFree bad_free = Find(absl::StrCat(block));
  EXPECT_EQ(bad_free.kind, BadFree::Kind::kForeignBlock);
  EXPECT_THAT(bad_free.owner, HasSubstr(ModuleFileName("heap/frees_wrongly")));
  EXPECT_THAT(bad_free.ToString(), HasSubstr("a block of 64 bytes of"));
  // The owner may free the block.
  EXPECT_EQ(RunTestModule(other, absl::StrCat(block)), 0);
}

// Tests operator delete and delete[]: plain, sized, aligned, and both.
TEST_P(CheckedHeapTest, EveryDeleteIsChecked) {
  if (kSanitized)
    GTEST_SKIP() << "a sanitizer replaces operator new and delete";
  // A copy of the module under another name, whose blocks are freed.
  const std::filesystem::path other_file =
      std::filesystem::path(testing::TempDir()) /
      absl::StrCat("other_module", platform::kLibrarySuffix);
  // The test of the first kind of heap makes the copy. Windows overwrites no
  // read-only file.
  if (!std::filesystem::exists(other_file)) {
    std::filesystem::copy_file(ModuleFile("heap/frees_wrongly"), other_file);
  }
  LoadOptions options = Options();
  options.private_copy = true;
  absl::StatusOr<TestModule> other =
      Load<Exports>(other_file.string(), options);
  ASSERT_TRUE(other.ok()) << other.status();
  for (int way = 1; way <= 8; ++way) {
    SCOPED_TRACE(way);
    const auto find = [&](std::string_view what) {
      BadFree bad_free = Find(absl::StrCat(what, " ", way));
      EXPECT_THAT(bad_free.ToString(), HasSubstr("\nfreed by\n#0 "));
      return bad_free;
    };

    BadFree bad_free = find("twice");
    EXPECT_EQ(bad_free.kind, BadFree::Kind::kDoubleFree);
    EXPECT_EQ(bad_free.owner, bad_free.module);
    EXPECT_EQ(bad_free.place, "a block of 64 bytes");
    EXPECT_FALSE(bad_free.allocation.empty());
    EXPECT_FALSE(bad_free.first_free.empty());

    const std::string block =
        absl::StrCat(RunTestModule(*other, absl::StrCat("allocate ", way)));
    bad_free = find(block);
    EXPECT_EQ(bad_free.kind, BadFree::Kind::kForeignBlock);
    EXPECT_THAT(bad_free.owner, HasSubstr("other_module"));
    EXPECT_THAT(bad_free.ToString(),
                AllOf(HasSubstr(ModuleFileName("heap/frees_wrongly")),
                      HasSubstr("it is a block of 64 bytes of "),
                      HasSubstr("other_module")));
    RunTestModule(*other, absl::StrCat(block, " ", way));

    void* const of_host = malloc(64);
    bad_free = find(absl::StrCat(reinterpret_cast<uintptr_t>(of_host)));
    EXPECT_EQ(bad_free.kind, BadFree::Kind::kForeignBlock);
    EXPECT_THAT(bad_free.ToString(),
                AllOf(HasSubstr(ModuleFileName("heap/frees_wrongly")),
                      HasSubstr("the host")));
    free(of_host);

    bad_free = find("part");
    EXPECT_EQ(bad_free.kind, BadFree::Kind::kNotABlock);
    EXPECT_EQ(bad_free.place, "16 bytes into a block of 64 bytes");
    bad_free = find("variable");
    EXPECT_EQ(bad_free.kind, BadFree::Kind::kNotABlock);
    EXPECT_EQ(bad_free.owner, "");
    bad_free = find("nothing");
    EXPECT_EQ(bad_free.kind, BadFree::Kind::kNotABlock);
    EXPECT_EQ(bad_free.place, "");
  }
  EXPECT_THAT(UnloadTestModule(*other).leftovers, IsEmpty());
  EXPECT_THAT(found_, IsEmpty());
}

TEST_P(CheckedHeapTest, WhatIsRightIsNotReported) {
  TestModule module = LoadTestModule("well_behaved/leaves_nothing", Options());
  EXPECT_EQ(
      RunTestModule(module, "a text that is too long for its own storage"), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_THAT(found_, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Each, CheckedHeapTest,
                         ::testing::Values(Heap::kModule, Heap::kSystem,
                                           Heap::kCustom),
                         [](const auto& info) {
                           switch (info.param) {
                             case Heap::kModule:
                               return "Module";
                             case Heap::kSystem:
                               return "System";
                             case Heap::kCustom:
                               break;
                           }
                           return "Custom";
                         });

TEST(HeapDeathTest, BadFreeAbortsByDefault) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        TestModule module =
            LoadTestModule("heap/frees_wrongly", {.dealloc_validation = true});
        RunTestModule(module, "twice");
      },
      "a block of 64 bytes that it has freed before");
}

TEST_F(ModuleHeapTest, LeaksAreTraced) {
  TestModule module = LoadTestModule("heap/leaks", {.trace_leaks = true});
  RunTestModule(module, "malloc");
  // Atomic, so that the compiler keeps one call instead of three unrolled ones.
  std::atomic<int> times = 3;
  while (times-- > 0) RunTestModule(module, kAlignedWay);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_THAT(report.leaks, SizeIs(2)) << report.ToString();
  EXPECT_EQ(report.leaks[0].count, 3);
  EXPECT_EQ(report.leaks[0].bytes, 3 * 1024);
  EXPECT_EQ(report.leaks[1].count, 1);
  EXPECT_EQ(report.leaks[1].bytes, 1000);
  for (const Leak& leak : report.leaks) {
    const std::vector<BacktraceFrame> frames = leak.allocation.frames();
    ASSERT_FALSE(frames.empty());
    EXPECT_THAT(frames[0].module, HasSubstr(ModuleFileName("heap/leaks")));
  }
  EXPECT_THAT(report.leaks[0].allocation.frames()[0].function,
              HasSubstr("LeakBySystem"));
  EXPECT_THAT(report.leaks[1].allocation.frames()[0].function,
              HasSubstr("Run"));
  ASSERT_NE(report.Find(kBlock), nullptr);
  EXPECT_EQ(report.Find(kBlock)->count, 4);
  EXPECT_THAT(report.ToString(), HasSubstr("3 blocks, 3.0 KiB"));
}

TEST_F(ModuleHeapTest, LeaksOfDestructorsAreTraced) {
  TestModule module =
      LoadTestModule("heap/leaks_at_start_and_end", {.trace_leaks = true});
  RunTestModule(module);
  uint64_t count = 0;
  for (const Leak& leak : UnloadTestModule(module).leaks) {
    count += leak.count;
    ASSERT_FALSE(leak.allocation.frames().empty());
    EXPECT_THAT(leak.allocation.ToString(),
                HasSubstr(ModuleFileName("heap/leaks_at_start_and_end")));
  }
  EXPECT_EQ(count, 4);
}

}  // namespace
}  // namespace relib::misbehavior
