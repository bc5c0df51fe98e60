#ifndef BENCH_CALL_PATH_CALL_PATHS_H_
#define BENCH_CALL_PATH_CALL_PATHS_H_

#include <cstdint>

#include "bench/modules/call_interface.h"
#include "relib/host.h"

// The loops whose instructions //bench/call_path:call_path_test counts. They
// are compiled in the same way in every compilation mode. They have C linkage,
// because callgrind identifies functions by their names.

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

// Does nothing. At each call, callgrind writes the counts since the previous
// call to a file.
void call_path_mark();
}

// Returns the imports of the module. Their instructions are counted as well.
CallImports MakeCallPathImports();

// The compiler and the processor, on which the counts depend: "gcc 12.2.0,
// x86-64".
extern const char kCallPathCompiler[];

}  // namespace relib::bench

#endif  // BENCH_CALL_PATH_CALL_PATHS_H_
