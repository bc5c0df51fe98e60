#ifndef RELIB_RELOAD_INTERNAL_SOURCES_NAME_FILTER_H_
#define RELIB_RELOAD_INTERNAL_SOURCES_NAME_FILTER_H_

#include <string>
#include <string_view>
#include <vector>

namespace relib::internal {

// Decides which files never cause a build. Thread-safe.
class NameFilter {
 public:
  // Adds `patterns` to the names that are always ignored. `*` matches any
  // characters.
  explicit NameFilter(std::vector<std::string> patterns)
      : patterns_(std::move(patterns)) {}

  // Returns true if one of the names in `path` is ignored: that of the file, or
  // of a directory. `path` must be relative to the watched directory, because
  // the names above it don't matter.
  bool Ignores(std::string_view path) const;

 private:
  bool IgnoresName(std::string_view name) const;

  const std::vector<std::string> patterns_;
};

// Returns true if `name` matches `pattern`, in which `*` matches any
// characters.
bool MatchesPattern(std::string_view name, std::string_view pattern);

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_SOURCES_NAME_FILTER_H_
