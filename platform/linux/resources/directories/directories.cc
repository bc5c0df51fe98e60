#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include <map>
#include <memory>
#include <mutex>

#include "platform/linux/resources/descriptors/descriptors.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

class Directories final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kDirectories;

  // `owns_descriptor` is false if fdopendir() got a descriptor that is not the
  // module's.
  DIR* Add(Descriptors& descriptors, DIR* directory, bool owns_descriptor) {
    if (directory == nullptr) return directory;
    if (owns_descriptor) descriptors.Add(dirfd(directory));
    const std::lock_guard lock(mutex_);
    directories_[directory] = owns_descriptor ? &descriptors : nullptr;
    return directory;
  }

  // Must be called before the directory is closed.
  void Remove(DIR* directory) {
    Descriptors* descriptors = nullptr;
    {
      const std::lock_guard lock(mutex_);
      const auto found = directories_.find(directory);
      if (found == directories_.end()) return;
      descriptors = found->second;
      directories_.erase(found);
    }
    if (descriptors != nullptr) descriptors->Remove(dirfd(directory));
  }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [directory, descriptors] : directories_) {
      const int descriptor = dirfd(directory);
      report.Add("directory", DescribeDescriptor(descriptor));
      if (descriptors != nullptr && descriptors->Has(descriptor)) {
        descriptors->Remove(descriptor);
        ::closedir(directory);
      } else {
        // Keep the descriptor open, which is not the module's. A DIR of glibc
        // is a single block.
        free(directory);
      }
    }
    directories_.clear();
  }

 private:
  std::mutex mutex_;
  // The value is the record of its descriptor; null if the descriptor is not
  // the module's.
  std::map<DIR*, Descriptors*> directories_;
};

Directories& DirectoriesOf(void* resources) {
  return ResourcesOf<Directories>(resources);
}

}  // namespace

std::unique_ptr<Resources> MakeDirectories() {
  return std::make_unique<Directories>();
}

DIR* hooks::opendir(void* resources, const char* path) {
  return DirectoriesOf(resources).Add(ResourcesOf<Descriptors>(resources),
                                      ::opendir(path), true);
}

DIR* hooks::fdopendir(void* resources, int descriptor) {
  auto& descriptors = ResourcesOf<Descriptors>(resources);
  const bool owned = descriptors.Has(descriptor);
  return DirectoriesOf(resources).Add(descriptors, ::fdopendir(descriptor),
                                      owned);
}

int hooks::closedir(void* resources, DIR* directory) {
  if (directory != nullptr) DirectoriesOf(resources).Remove(directory);
  return ::closedir(directory);
}

void hooks::relib_platform_release_directory(void* resources, DIR* directory) {
  DirectoriesOf(resources).Remove(directory);
}

}  // namespace relib::platform
