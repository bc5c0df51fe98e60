#ifndef BENCH_HARNESS_MODULE_FILES_H_
#define BENCH_HARNESS_MODULE_FILES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace relib::bench {

// A fresh copy of the file of a module in bench, "load_module" for
// //bench:load_module and "soak/soak_module" for //bench/soak:soak_module, in a
// folder that is deleted when the program ends: what is loaded through one copy
// doesn't disturb another, and no link has to be followed to it. A failure ends
// the program.
std::string CopyOfModule(std::string_view target);

// A copy that has other bytes than the module and means the same: loaders don't
// mind what comes behind the image.
std::string OtherCopyOfModule(std::string_view target);

// A file that others take the place of in turn, as the results of builds do.
class ReplacedFile {
 public:
  // It is the first of `versions`, which CopyOfModule() has given.
  explicit ReplacedFile(std::vector<std::string> versions);

  const std::string& path() const { return path_; }

  // The next version takes its place; the first one after the last.
  void Replace();

 private:
  const std::vector<std::string> versions_;
  const std::string path_;
  size_t current_ = 0;
};

}  // namespace relib::bench

#endif  // BENCH_HARNESS_MODULE_FILES_H_
