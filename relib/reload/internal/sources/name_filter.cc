#include "relib/reload/internal/sources/name_filter.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace relib::internal {
namespace {

// README.md explains these names, and must be updated with them.
constexpr std::string_view kAlwaysIgnored[] = {
    // Version control.
    ".git", ".hg", ".svn", ".jj",
    // Directories of editors and tools.
    ".vs", ".vscode", ".idea", ".cache", "__pycache__",
    // Vim: swap files, backups, and a file that tests for write access.
    "*.swp", "*.swo", "*.swx", "*~", "4913",
    // Emacs: locks and automatic saves.
    ".#*", "#*#",
    // Kate, GNOME's editors, JetBrains, Visual Studio, and others.
    "*.kate-swp", ".goutputstream-*", "*___jb_tmp___", "*___jb_old___", "*.tmp",
    "*.TMP", "*.bak", "*.orig",
    // File managers.
    ".DS_Store", "Thumbs.db", "desktop.ini",
    // Files that a build makes beside the sources.
    "bazel-*", "*.o", "*.obj", "*.d", "*.a", "*.lib", "*.so", "*.so.*", "*.dll",
    "*.pdb", "*.ilk", "*.exe", "*.exp", ".ninja_log", ".ninja_deps"};

}  // namespace

bool MatchesPattern(std::string_view name, std::string_view pattern) {
  // The last star, and where in `name` to try again after it.
  size_t star = std::string_view::npos;
  size_t resume = 0;
  size_t n = 0;
  size_t p = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool NameFilter::IgnoresName(std::string_view name) const {
  const auto matches = [name](std::string_view pattern) {
    return MatchesPattern(name, pattern);
  };
  return std::any_of(std::begin(kAlwaysIgnored), std::end(kAlwaysIgnored),
                     matches) ||
         std::any_of(patterns_.begin(), patterns_.end(), matches);
}

bool NameFilter::Ignores(std::string_view path) const {
  while (!path.empty()) {
    const size_t end = std::min(path.find_first_of("/\\"), path.size());
    if (IgnoresName(path.substr(0, end))) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

}  // namespace relib::internal
