#include "bench/call_path/call_paths.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "bench/harness/row.h"
#include "bench/modules/add.h"
#include "bench/modules/call_interface.h"
#include "bench/modules/raw_text.h"
#include "benchmark/benchmark.h"
#include "relib/host.h"

#define CALL_PATH_STRING_2(x) #x
#define CALL_PATH_STRING(x) CALL_PATH_STRING_2(x)
#define CALL_PATH_VERSION(major, minor, patch) \
  CALL_PATH_STRING(major)                      \
  "." CALL_PATH_STRING(minor) "." CALL_PATH_STRING(patch)

#if defined(__clang__)
#define CALL_PATH_COMPILER                                     \
  "clang " CALL_PATH_VERSION(__clang_major__, __clang_minor__, \
                             __clang_patchlevel__)
#else
#define CALL_PATH_COMPILER \
  "gcc " CALL_PATH_VERSION(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__)
#endif
#if defined(__x86_64__)
#define CALL_PATH_MACHINE "x86-64"
#elif defined(__aarch64__)
#define CALL_PATH_MACHINE "aarch64"
#else
#define CALL_PATH_MACHINE "another machine"
#endif

namespace relib::bench {
namespace {

template <typename T>
const T& Checked(const absl::StatusOr<T>& result) {
  if (!result.ok()) [[unlikely]]
    std::abort();
  return *result;
}

}  // namespace

const char kCallPathCompiler[] = CALL_PATH_COMPILER ", " CALL_PATH_MACHINE;

void call_path_raw(const CallPathArguments& arguments, int64_t count) {
  Repeat([add = arguments.raw_add] { return add(1, 2); }, count);
}

void call_path_export(const CallPathArguments& arguments, int64_t count) {
  Repeat(
      [&exports = arguments.module.exports()] {
        return Checked(exports.add(1, 2));
      },
      count);
}

void call_path_export_pinned(const CallPathArguments& arguments,
                             int64_t count) {
  Repeat(
      [&exports = arguments.pinned.exports()] {
        return Checked(exports.add(1, 2));
      },
      count);
}

void call_path_import(const CallPathArguments& arguments, int64_t count) {
  Checked(arguments.module.exports().call_import_add(count));
}

void call_path_main(const CallPathArguments& arguments, int64_t count) {
  Repeat(
      [&module = arguments.module] { return Checked(module.CallMain<int>()); },
      count);
}

void call_path_export_string_64(const CallPathArguments& arguments,
                                int64_t count) {
  Repeat(
      [&exports = arguments.module.exports()] {
        return Checked(exports.text(64)).size();
      },
      count);
}

void call_path_import_string_64(const CallPathArguments& arguments,
                                int64_t count) {
  Checked(arguments.module.exports().call_import_text(count, 64));
}

[[gnu::noinline]] void call_path_mark() { asm volatile(""); }

CallImports MakeCallPathImports() {
  return {.add = [](int a, int b) { return Add(a, b); },
          .text = [](size_t size) { return MakeText(size); }};
}

}  // namespace relib::bench
