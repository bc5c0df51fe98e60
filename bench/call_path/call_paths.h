#ifndef BENCH_CALL_PATH_CALL_PATHS_H_
#define BENCH_CALL_PATH_CALL_PATHS_H_

#include <cstdint>

#include "bench/modules/call_interface.h"
#include "relib/host.h"

// The loops whose instructions //bench:call_path_test counts, compiled in the
// same way whatever the build is. Functions of C: valgrind is told their names.

namespace relib::bench {

struct CallPathArguments {
  const Module<CallExports>& module;
  const Pinned<CallExports>& pinned;
  AddFunction raw_add;
};

using CallPath = void(const CallPathArguments& arguments, int64_t count);

extern "C" {
CallPath call_path_raw;
CallPath call_path_export;
CallPath call_path_export_pinned;
CallPath call_path_import;
CallPath call_path_main;
CallPath call_path_export_string_64;
CallPath call_path_import_string_64;

// Does nothing. Valgrind is told its name, and writes down what was counted
// since the last time.
void call_path_mark();
}

// What an import does is part of the path, too.
CallImports MakeCallPathImports();

// "gcc 12.2.0, x86-64": what the counts depend on.
extern const char kCallPathCompiler[];

}  // namespace relib::bench

#endif  // BENCH_CALL_PATH_CALL_PATHS_H_
