#include <dlfcn.h>
#include <link.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// The libraries that one module has opened. If the module has opened itself, or
// a library that depends on it, its image stays mapped and the unload is
// refused before these are closed.
class Libraries final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kLibraries;

  void Add(void* library) {
    if (library == nullptr) return;
    const std::lock_guard lock(mutex_);
    ++handles_[library];
  }

  void Remove(void* library) {
    const std::lock_guard lock(mutex_);
    const auto found = handles_.find(library);
    if (found != handles_.end() && --found->second == 0) handles_.erase(found);
  }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [library, count] : handles_) {
      const link_map* map = nullptr;
      dlinfo(library, RTLD_DI_LINKMAP, &map);
      const std::string name =
          map != nullptr && *map->l_name != '\0' ? map->l_name : "the program";
      for (int i = 0; i < count; ++i) {
        report.Add("library", name);
        ::dlclose(library);
      }
    }
    handles_.clear();
  }

 private:
  std::mutex mutex_;
  // The number of open handles of each library.
  std::map<void*, int> handles_;
};

Libraries& LibrariesOf(void* resources) {
  return ResourcesOf<Libraries>(resources);
}

}  // namespace

std::unique_ptr<Resources> MakeLibraries() {
  return std::make_unique<Libraries>();
}

void hooks::dlopen(void* resources, void* result, const char* /*path*/,
                   int /*mode*/) {
  LibrariesOf(resources).Add(result);
}

void hooks::dlmopen(void* resources, void* result, Lmid_t /*space*/,
                    const char* /*path*/, int /*mode*/) {
  LibrariesOf(resources).Add(result);
}

int hooks::dlclose(void* resources, void* library) {
  LibrariesOf(resources).Remove(library);
  return ::dlclose(library);
}

void hooks::relib_platform_release_library(void* resources, void* library) {
  LibrariesOf(resources).Remove(library);
}

}  // namespace relib::platform
