#ifndef BENCH_MODULE_FILES_H_
#define BENCH_MODULE_FILES_H_

#include <string>
#include <string_view>

namespace relib::bench {

// A fresh copy of the file of the module //bench:<name>, in a folder that is
// deleted when the program ends: what is loaded through one copy doesn't
// disturb another, and no link has to be followed to it. A failure ends the
// program.
std::string CopyOfModule(std::string_view name);

}  // namespace relib::bench

#endif  // BENCH_MODULE_FILES_H_
