// Rows that compare the heap of a module with the C library's heap in the host.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bench/harness/module_files.h"
#include "bench/harness/on_threads.h"
#include "bench/harness/row.h"
#include "bench/modules/heap_interface.h"
#include "bench/modules/heap_loops.h"
#include "relib/host.h"

namespace relib::bench {
namespace {

using HeapModule = relib::Module<HeapExports>;
using Loop = void (*)(int64_t count);

HeapModule LoadHeapModule(const std::string& path) {
  absl::StatusOr<HeapModule> module = relib::Load<HeapExports>(path);
  CHECK_OK(module.status());
  return *std::move(module);
}

// Much longer than threads need to start.
constexpr std::chrono::milliseconds kThreadsTurn(8);

Side LoopSide(Loop loop, int threads, std::shared_ptr<HeapModule> module) {
  if (threads > 1) {
    return OnThreads(threads, [loop, module](int64_t count) { loop(count); });
  }
  return [loop, module](int64_t count) { return TimeOf([&] { loop(count); }); };
}

Row LoopRow(std::string name, Loop HeapLoops::* loop, int threads,
            double goal) {
  Row row = {.name = std::move(name),
             .baseline = threads == 1 ? "C library's heap"
                                      : absl::StrCat("C library's heap, ",
                                                     threads, " threads"),
             .goal = goal,
             .prepare = [loop, threads]() -> absl::StatusOr<Comparison> {
               auto module = std::make_shared<HeapModule>(
                   LoadHeapModule(CopyOfModule("modules/heap_module")));
               return Comparison{
                   .subject = LoopSide(module->exports().loops().value().*loop,
                                       threads, module),
                   .baseline = LoopSide(kHeapLoops.*loop, threads, nullptr)};
             }};
  if (threads > 1) row.turn = kThreadsTurn;
  return row;
}

const RowRegistration kPairs1(LoopRow("heap.pair_64.1", &HeapLoops::pairs, 1,
                                      0.8));
const RowRegistration kPairs2(LoopRow("heap.pair_64.2", &HeapLoops::pairs, 2,
                                      0.8));
// A turn ends by freeing all live blocks. It is longer, so that this part does
// not dominate.
const RowRegistration kMixed1([] {
  Row row = LoopRow("heap.mixed.1", &HeapLoops::mixed, 1, 0.6);
  row.turn = std::chrono::milliseconds(2);
  return row;
}());
const RowRegistration kMixed2(LoopRow("heap.mixed.2", &HeapLoops::mixed, 2,
                                      0.6));
const RowRegistration kZeroed(LoopRow("heap.calloc_64MiB", &HeapLoops::zeroed,
                                      1, 1.5));

Row LeaksRow(std::string name, int64_t blocks, double goal) {
  return {.name = std::move(name),
          .baseline = absl::StrCat(blocks, " calls of free()"),
          .goal = goal,
          .prepare = [blocks]() -> absl::StatusOr<Comparison> {
            const auto unload =
                [blocks,
                 path = CopyOfModule("modules/heap_module")](int64_t count) {
                  std::chrono::nanoseconds time(0);
                  for (int64_t i = 0; i < count; ++i) {
                    HeapModule module = LoadHeapModule(path);
                    CHECK_OK(module.exports().leak(blocks));
                    time += TimeOf([&] { CHECK_OK(module.Unload().status()); });
                  }
                  return time;
                };
            const auto free = [blocks](int64_t count) {
              std::chrono::nanoseconds time(0);
              std::vector<void*> leaks(blocks);
              for (int64_t i = 0; i < count; ++i) {
                for (void*& leak : leaks) leak = std::malloc(64);
                time += TimeOf([&] {
                  for (void* const leak : leaks) std::free(leak);
                });
              }
              return time;
            };
            return Comparison{.subject = unload, .baseline = free};
          },
          // Long turns are few turns. The preparation, which is not measured,
          // takes much longer than the operation.
          .turn = std::chrono::milliseconds(8)};
}

const RowRegistration kLeaks100000(LeaksRow("unload.leaks_100000", 100'000,
                                            0.5));
const RowRegistration kLeaks1000000(LeaksRow("unload.leaks_1000000", 1'000'000,
                                             0.3));

}  // namespace
}  // namespace relib::bench
