#ifndef RELIB_RELOAD_INTERNAL_NAME_FILTER_H_
#define RELIB_RELOAD_INTERNAL_NAME_FILTER_H_

#include <string>
#include <string_view>
#include <vector>

namespace relib::internal {

// Knows the files whose changes never call for a build. Thread-safe.
class NameFilter {
 public:
  // `patterns` are names, with `*` for any characters; to the ones that always
  // count.
  explicit NameFilter(std::vector<std::string> patterns)
      : patterns_(std::move(patterns)) {}

  // True if one of the names in `path`, of a directory or of the file, is one
  // to ignore. `path` counts from the watched directory: what lies above is
  // nobody's business here.
  bool Ignores(std::string_view path) const;

 private:
  bool IgnoresName(std::string_view name) const;

  const std::vector<std::string> patterns_;
};

// True if `name` is what `pattern` says, where `*` stands for any characters.
bool MatchesPattern(std::string_view name, std::string_view pattern);

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_NAME_FILTER_H_
