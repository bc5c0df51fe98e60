#ifndef PLATFORM_WINDOWS_HOST_FILES_PENDING_CHANGES_H_
#define PLATFORM_WINDOWS_HOST_FILES_PENDING_CHANGES_H_

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/host/monotonic_time.h"

namespace relib::platform {

// Changed paths that are not reported yet, in the order of their first change.
//
// Windows doesn't report when a file is closed, and reports one save two or
// three times. So a path becomes ready when it hasn't changed for a moment.
class PendingChanges {
 public:
  // Records that `path` has changed. It is ready at once if `is_final`.
  void Add(const std::string& path, bool is_final);

  void Clear();

  // Removes the paths that are ready at `now` and returns them.
  std::vector<std::string> Take(MonotonicTime now);

  // Returns when the next path becomes ready if nothing more changes; the
  // infinite future if there is none.
  MonotonicTime NextReady() const;

 private:
  struct Change {
    std::string path;
    MonotonicTime ready;
  };

  std::vector<Change> changes_;
  // By path, the index in `changes_`.
  std::unordered_map<std::string, size_t> index_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_FILES_PENDING_CHANGES_H_
