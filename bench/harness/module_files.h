#ifndef BENCH_HARNESS_MODULE_FILES_H_
#define BENCH_HARNESS_MODULE_FILES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace relib::bench {

// Copies the file of a module, and returns the path of the copy. `target` is
// the path of a target below bench/: "modules/load_module" for
// //bench/modules:load_module. Modules that are loaded from different copies do
// not affect each other, and no symbolic link leads to a copy. The directory of
// the copies is deleted at exit. A failure ends the program.
std::string CopyOfModule(std::string_view target);

// Like CopyOfModule(), but appends bytes to the copy, which loaders ignore. A
// Reloader takes the copy for a new version of the module.
std::string OtherCopyOfModule(std::string_view target);

// A module file that its next version replaces, as the output of a build does.
class ReplacedFile {
 public:
  // Starts with the first of `versions`, which are paths from CopyOfModule().
  explicit ReplacedFile(std::vector<std::string> versions);

  const std::string& path() const { return path_; }

  // Replaces the file by the next version, and the last version by the first.
  void Replace();

 private:
  const std::vector<std::string> versions_;
  const std::string path_;
  size_t current_ = 0;
};

}  // namespace relib::bench

#endif  // BENCH_HARNESS_MODULE_FILES_H_
