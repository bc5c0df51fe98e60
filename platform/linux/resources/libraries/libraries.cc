#include <dlfcn.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/linux/host/dynamic_section.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// A library in memory.
struct Image {
  std::string name;
  uintptr_t base = 0;
  uintptr_t begin = 0;
  uintptr_t end = 0;
  std::vector<absl::Span<const uintptr_t>> data = {};
};

// Finds the image that contains `address`.
Image FindImage(uintptr_t address) {
  struct Search {
    uintptr_t address;
    Image image;
  } search = {.address = address, .image = {}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t /*size*/, void* argument) {
        auto& [wanted, found] = *static_cast<Search*>(argument);
        Image image = {.name = info->dlpi_name, .base = info->dlpi_addr};
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = info->dlpi_phdr[i];
          if (segment.p_type != PT_LOAD) continue;
          const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
          const uintptr_t end = begin + segment.p_memsz;
          if (image.end == 0) image.begin = begin;
          image.end = end;
          if ((segment.p_flags & PF_W) == 0) continue;
          const uintptr_t aligned =
              (begin + sizeof(uintptr_t) - 1) & ~(sizeof(uintptr_t) - 1);
          image.data.emplace_back(reinterpret_cast<const uintptr_t*>(aligned),
                                  (end - aligned) / sizeof(uintptr_t));
        }
        if (wanted < image.begin || wanted >= image.end) return 0;
        found = image;
        return 1;
      },
      &search);
  return search.image;
}

std::string_view FileNameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The question whether an image was linked against a library.
struct Dependence {
  // The load address of the image. Any image if zero, except for one.
  uintptr_t user = 0;
  uintptr_t except = 0;
  // The file name of the library.
  std::string_view needed = {};
};

bool Exists(Dependence dependence) {
  return dl_iterate_phdr(
             [](dl_phdr_info* info, size_t /*size*/, void* argument) {
               const auto& wanted = *static_cast<const Dependence*>(argument);
               const uintptr_t base = info->dlpi_addr;
               if (wanted.user != 0 && base != wanted.user) return 0;
               if (wanted.user == 0 && base == wanted.except) return 0;
               const ElfW(Dyn)* dynamic = nullptr;
               for (int i = 0; i < info->dlpi_phnum; ++i) {
                 const ElfW(Phdr)& segment = info->dlpi_phdr[i];
                 if (segment.p_type != PT_DYNAMIC) continue;
                 dynamic =
                     reinterpret_cast<const ElfW(Dyn)*>(base + segment.p_vaddr);
               }
               if (dynamic == nullptr) return 0;
               bool found = false;
               ForEachNeeded(base, dynamic, [&](const char* name) {
                 found = found || FileNameOf(name) == wanted.needed;
               });
               return found ? 1 : 0;
             },
             &dependence) != 0;
}

// Returns whether a variable in `library` is an address in `module`. Other
// threads may change variables meanwhile.
__attribute__((no_sanitize("address", "thread"))) bool PointsInto(
    const Image& library, const Image& module) {
  for (const absl::Span<const uintptr_t> words : library.data) {
    const uintptr_t* const begin = words.data();
    for (size_t i = 0; i < words.size(); ++i) {
      const uintptr_t word = *static_cast<const volatile uintptr_t*>(begin + i);
      if (word >= module.begin && word < module.end) return true;
    }
  }
  return false;
}

std::string NameOf(const link_map* map) {
  return map != nullptr && *map->l_name != '\0' ? map->l_name : "the program";
}

const link_map* MapOf(void* library) {
  const link_map* map = nullptr;
  dlinfo(library, RTLD_DI_LINKMAP, &map);
  return map;
}

// The libraries that one module has opened. If the module has opened itself, or
// a library that depends on it, its image stays mapped and the unload is
// refused before these are closed.
class Libraries final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kLibraries;

  // `caller` is an address in the module.
  void Add(void* library, const void* caller) {
    if (library == nullptr) return;
    const std::lock_guard lock(mutex_);
    ++handles_[library];
    module_address_ = reinterpret_cast<uintptr_t>(caller);
  }

  void Remove(void* library) {
    const std::lock_guard lock(mutex_);
    const auto found = handles_.find(library);
    if (found != handles_.end() && --found->second == 0) handles_.erase(found);
  }

  // The loader runs the destructors of a library after the image of the module
  // is gone, also if a destructor of the module closes it.
  std::vector<std::string> Obstacles() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> result;
    if (handles_.empty()) return result;
    const Image module = FindImage(module_address_);
    for (const auto& [library, count] : handles_) {
      const link_map* map = MapOf(library);
      if (map == nullptr || *map->l_name == '\0') continue;
      const Image image = FindImage(reinterpret_cast<uintptr_t>(map->l_ld));
      if (image.begin == module.begin) continue;
      // A library that others need, such as the C library, stays. A library
      // that needs the module keeps it mapped.
      if (Exists({.except = module.base, .needed = FileNameOf(map->l_name)}) ||
          Exists({.user = image.base, .needed = FileNameOf(module.name)}) ||
          !PointsInto(image, module)) {
        continue;
      }
      result.push_back(absl::StrCat(
          NameOf(map),
          ", which the module opened, has a pointer to the module, which its "
          "destructors may use; close it in RELIB_BEFORE_UNLOAD"));
    }
    return result;
  }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [library, count] : handles_) {
      const std::string name = NameOf(MapOf(library));
      for (int i = 0; i < count; ++i) {
        report.Add("library", name);
        ::dlclose(library);
      }
    }
    handles_.clear();
  }

 private:
  mutable std::mutex mutex_;
  // The number of open handles of each library.
  std::map<void*, int> handles_;
  uintptr_t module_address_ = 0;
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
  LibrariesOf(resources).Add(result, __builtin_return_address(0));
}

void hooks::dlmopen(void* resources, void* result, Lmid_t /*space*/,
                    const char* /*path*/, int /*mode*/) {
  LibrariesOf(resources).Add(result, __builtin_return_address(0));
}

int hooks::dlclose(void* resources, void* library) {
  LibrariesOf(resources).Remove(library);
  return ::dlclose(library);
}

void hooks::relib_platform_release_library(void* resources, void* library) {
  LibrariesOf(resources).Remove(library);
}

}  // namespace relib::platform
