#include "relib/internal/files/loaded_files.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "platform/host/files/file.h"

namespace relib::internal {
namespace {

struct LoadedFiles {
  absl::Mutex mutex;
  absl::flat_hash_map<platform::FileId, std::string> paths
      ABSL_GUARDED_BY(mutex);
};

LoadedFiles& GetLoadedFiles() {
  static absl::NoDestructor<LoadedFiles> files;
  return *files;
}

}  // namespace

std::optional<std::string> TakeFile(const platform::FileId& id,
                                    const std::string& path) {
  LoadedFiles& files = GetLoadedFiles();
  const absl::MutexLock lock(files.mutex);
  const auto [it, inserted] = files.paths.try_emplace(id, path);
  if (inserted) return std::nullopt;
  return it->second;
}

bool IsReplacement(const platform::FileId& id, const std::string& path) {
  LoadedFiles& files = GetLoadedFiles();
  const absl::MutexLock lock(files.mutex);
  return std::any_of(files.paths.begin(), files.paths.end(),
                     [&](const auto& file) {
                       return file.second == path && file.first != id;
                     });
}

void ReleaseFile(const platform::FileId& id) {
  LoadedFiles& files = GetLoadedFiles();
  const absl::MutexLock lock(files.mutex);
  files.paths.erase(id);
}

}  // namespace relib::internal
