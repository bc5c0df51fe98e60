#ifndef PLATFORM_SHARED_PREPARED_FILES_H_
#define PLATFORM_SHARED_PREPARED_FILES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace relib::platform {

// The names of prepared files in a PrivateDirectory: files that the next
// CopyIn() may fill. Thread-safe.
class PreparedFiles {
 public:
  // Adds the file `name`, which starts with `prefix` and ends with `extension`.
  void Add(std::string name, std::string_view prefix,
           std::string_view extension) {
    const absl::MutexLock lock(mutex_);
    files_.emplace(KeyOf(prefix, extension), std::move(name));
  }

  // Removes and returns a file with this prefix and extension. The caller owns
  // the file.
  std::optional<std::string> Take(std::string_view prefix,
                                  std::string_view extension) {
    const absl::MutexLock lock(mutex_);
    const auto file = files_.find(KeyOf(prefix, extension));
    if (file == files_.end()) return std::nullopt;
    std::string name = std::move(file->second);
    files_.erase(file);
    return name;
  }

  // Removes the file `name`. Returns whether it was there.
  bool Withdraw(std::string_view name) {
    const absl::MutexLock lock(mutex_);
    return std::erase_if(files_, [name](const auto& file) {
             return file.second == name;
           }) > 0;
  }

 private:
  // An extension contains no slash, so keys are unambiguous.
  static std::string KeyOf(std::string_view prefix,
                           std::string_view extension) {
    return absl::StrCat(prefix, "/", extension);
  }

  absl::Mutex mutex_;
  std::multimap<std::string, std::string> files_ ABSL_GUARDED_BY(mutex_);
};

// Maximum size of a prepared file; CopyIn() allocates the rest.
inline constexpr int64_t kMaxPreparedSize = int64_t{1} << 20;

// The parts of a copy's name, `<prefix>-<number><extension>`.
struct CopyName {
  std::string_view prefix;
  std::string_view extension;
};

inline std::optional<CopyName> ParseCopyName(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const size_t dot = name.find('.', dash);
  return CopyName{.prefix = name.substr(0, dash),
                  .extension = dot == std::string_view::npos
                                   ? std::string_view()
                                   : name.substr(dot)};
}

}  // namespace relib::platform

#endif  // PLATFORM_SHARED_PREPARED_FILES_H_
