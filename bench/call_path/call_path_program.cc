// Runs each loop of call_paths.h three times, and calls call_path_mark()
// before, between and after them. The first run of a loop includes one-time
// initialization. The other two runs differ by kCalls calls. call_path_test.cc
// runs this program under callgrind, and parses its output.

#include <cstdint>
#include <iostream>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "bench/call_path/call_paths.h"
#include "bench/harness/module_files.h"
#include "bench/modules/call_interface.h"
#include "platform/host/asymmetric_fence.h"
#include "relib/host.h"

namespace relib::bench {
namespace {

constexpr int64_t kCalls = 100;

void Run() {
  absl::StatusOr<Module<CallExports>> module = Load<CallExports>(
      CopyOfModule("call_path/call_path_module"), MakeCallPathImports());
  CHECK_OK(module.status());
  absl::StatusOr<Pinned<CallExports>> pinned = module->Pin();
  CHECK_OK(pinned.status());
  const CallPathArguments arguments = {
      .module = *module,
      .pinned = *pinned,
      .raw_add = module->exports().raw_add().value()};

  std::cout << "compiler " << kCallPathCompiler << "\n"
            << "fence "
            << (platform::internal::kHeavyFenceIsProcessWide ? "free" : "full")
            << "\n"
            << "calls " << kCalls << "\n";
  const auto run = [&](const char* row, CallPath* path) {
    std::cout << "row " << row << "\n";
    call_path_mark();
    for (const int64_t count : {int64_t{1}, kCalls, 2 * kCalls}) {
      path(arguments, count);
      call_path_mark();
    }
  };
  run("call.raw", call_path_raw);
  run("call.export", call_path_export);
  run("call.export_pinned", call_path_export_pinned);
  run("call.import", call_path_import);
  run("call.main", call_path_main);
  run("call.export_string_64", call_path_export_string_64);
  run("call.import_string_64", call_path_import_string_64);
}

}  // namespace
}  // namespace relib::bench

int main() { relib::bench::Run(); }
