#ifndef BENCH_MODULE_FILES_H_
#define BENCH_MODULE_FILES_H_

#include <string>
#include <string_view>

namespace relib::bench {

// A fresh copy of the file of a module in bench, "load_module" for
// //bench:load_module and "soak/soak_module" for //bench/soak:soak_module, in a
// folder that is deleted when the program ends: what is loaded through one copy
// doesn't disturb another, and no link has to be followed to it. A failure ends
// the program.
std::string CopyOfModule(std::string_view target);

}  // namespace relib::bench

#endif  // BENCH_MODULE_FILES_H_
