#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include <map>
#include <memory>
#include <mutex>

#include "platform/linux/estate/descriptors.h"
#include "platform/linux/estate/resources.h"

namespace relib::platform {
namespace {

class Directories final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::directories;

  // `owns_descriptor`: false when it was made of a descriptor of somebody else.
  DIR* Add(Descriptors& descriptors, DIR* directory, bool owns_descriptor) {
    if (directory == nullptr) return directory;
    if (owns_descriptor) descriptors.Add(dirfd(directory));
    const std::lock_guard lock(mutex_);
    directories_[directory] = owns_descriptor ? &descriptors : nullptr;
    return directory;
  }

  // To be called before it is closed.
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

  void Settle(Settlement& settlement) override {
    for (const auto& [directory, descriptors] : directories_) {
      const int descriptor = dirfd(directory);
      settlement.Add("directory", DescribeDescriptor(descriptor));
      if (descriptors != nullptr && descriptors->Has(descriptor)) {
        descriptors->Remove(descriptor);
        ::closedir(directory);
      } else {
        // The descriptor is somebody else's. A DIR of glibc is one block.
        free(directory);
      }
    }
    directories_.clear();
  }

 private:
  std::mutex mutex_;
  // With where the descriptor is recorded; null if it is somebody else's.
  std::map<DIR*, Descriptors*> directories_;
};

Directories& Of(void* estate) { return ResourcesOf<Directories>(estate); }

}  // namespace

std::unique_ptr<Resources> make::directories() {
  return std::make_unique<Directories>();
}

DIR* hooks::opendir(void* estate, const char* path) {
  return Of(estate).Add(ResourcesOf<Descriptors>(estate), ::opendir(path),
                        true);
}

DIR* hooks::fdopendir(void* estate, int descriptor) {
  auto& descriptors = ResourcesOf<Descriptors>(estate);
  const bool owned = descriptors.Has(descriptor);
  return Of(estate).Add(descriptors, ::fdopendir(descriptor), owned);
}

int hooks::closedir(void* estate, DIR* directory) {
  if (directory != nullptr) Of(estate).Remove(directory);
  return ::closedir(directory);
}

void hooks::relib_platform_release_directory(void* estate, DIR* directory) {
  Of(estate).Remove(directory);
}

}  // namespace relib::platform
