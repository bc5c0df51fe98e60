#include "relib/internal/loader/translate.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "platform/host/crash_guard.h"
#include "platform/host/module_resources.h"
#include "platform/host/stack_walker.h"
#include "platform/host/thread_id.h"
#include "platform/host/thread_stack.h"
#include "relib/backtrace.h"
#include "relib/errors.h"
#include "relib/internal/trace/trace.h"
#include "relib/options.h"

namespace relib::internal {

platform::HeapOptions HeapOptionsOf(const LoadOptions& options,
                                    const std::string& path) {
  platform::HeapOptions heap;
  heap.kind = options.heap;
  if (options.heap == Heap::kCustom) {
    heap.user_context = options.allocator.context;
    heap.user_allocate = options.allocator.allocate;
    heap.user_free = options.allocator.free;
    CHECK(heap.user_allocate != nullptr && heap.user_free != nullptr)
        << "LoadOptions::allocator lacks a function";
  }
  if (options.dealloc_validation) {
    heap.on_bad_free = [path, report = options.on_bad_free](
                           const platform::BadFree& bad) {
      const BadFree bad_free = {.kind = bad.kind,
                                .address = bad.address,
                                .module = path,
                                .owner = bad.owner,
                                .place = bad.place,
                                .call = MakeBacktrace(bad.call),
                                .allocation = MakeBacktrace(bad.allocation),
                                .first_free = MakeBacktrace(bad.first_free)};
      if (!report) LOG(FATAL) << bad_free.ToString();
      report(bad_free);
    };
  }
  if (options.trace_leaks) {
    heap.keep_trace = [](platform::CallStack stack) {
      return std::make_shared<const Backtrace>(MakeBacktrace(std::move(stack)));
    };
  }
  return heap;
}

std::vector<Leak> LeaksOf(const std::vector<platform::LeakSite>& sites) {
  std::vector<Leak> leaks;
  for (const platform::LeakSite& site : sites) {
    leaks.push_back(
        {.allocation = *static_cast<const Backtrace*>(site.trace.get()),
         .count = site.count,
         .bytes = site.bytes});
  }
  return leaks;
}

std::string DescribeThread(uint64_t id, std::string_view name) {
  if (id == 0) return "one that is only starting";
  return name.empty() ? absl::StrCat(id) : absl::StrCat(id, " \"", name, "\"");
}

std::string DescribeThread(uint64_t id) {
  return DescribeThread(id, platform::ThreadName(id));
}

std::string DescribeStack(uint64_t thread, platform::Deadline deadline) {
  const std::string stack =
      MakeBacktrace(platform::StackOfThread(thread, deadline)).ToString();
  if (stack.empty()) return "";
  return absl::StrCat(
      "\n  thread ", DescribeThread(thread), ":\n    ",
      absl::StrReplaceAll(absl::StripSuffix(stack, "\n"), {{"\n", "\n    "}}));
}

CrashInfo CrashInfoOf(const platform::Crash& crash) {
  return {.kind = crash.kind,
          .what = platform::DescribeCrash(crash),
          .backtrace = MakeBacktrace(platform::CallStack(
              crash.frames, crash.frames + crash.frame_count))};
}

}  // namespace relib::internal
