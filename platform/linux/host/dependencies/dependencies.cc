#include "platform/host/dependencies.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "platform/host/files/byte_source.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/stack_walker.h"
#include "platform/image/elf_file.h"
#include "platform/image/image_file.h"
#include "platform/linux/host/dependencies/image_users.h"
#include "platform/linux/host/dependencies/link_stub.h"
#include "platform/linux/host/dependencies/system_path.h"
#include "platform/linux/host/dynamic_section.h"
#include "platform/linux/host/unique_fd.h"

namespace relib::platform {
namespace {

std::string_view BaseName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The inode of a file, and when it was changed.
struct FileStamp {
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t seconds = 0;
  int64_t nanoseconds = 0;
  bool exists = false;

  bool operator==(const FileStamp&) const = default;
};

FileStamp StampOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return {};
  return {.inode = info.st_ino,
          .size = static_cast<uint64_t>(info.st_size),
          .seconds = info.st_mtim.tv_sec,
          .nanoseconds = info.st_mtim.tv_nsec,
          .exists = true};
}

// Returns the inode of the file that is mapped at `address`, or zero. The name
// of the file may refer to another one by now.
uint64_t MappedInode(uintptr_t address) {
  FILE* maps = fopen("/proc/self/maps", "re");
  if (maps == nullptr) return 0;
  char line[4096 + 128];
  uint64_t found = 0;
  while (found == 0 && fgets(line, sizeof(line), maps) != nullptr) {
    unsigned long begin = 0, end = 0, inode = 0;
    if (sscanf(line, "%lx-%lx %*s %*x %*x:%*x %lu", &begin, &end, &inode) ==
            3 &&
        address >= begin && address < end) {
      found = inode;
    }
  }
  fclose(maps);
  return found;
}

// Returns the build id of a mapped image, or "". It is in the first page, with
// the headers.
std::string MappedBuildId(const AddressRange& image) {
  constexpr uintptr_t kPageSize = 4096;
  return ReadElfBuildId(MemoryByteSource(
      std::string_view(reinterpret_cast<const char*>(image.begin),
                       std::min(image.end - image.begin, kPageSize))));
}

// Returns the build id in a library file, or "".
std::string FileBuildId(const std::string& path) {
  const absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
  if (!file.ok()) return "";
  return ReadElfBuildId(**file);
}

class LoadedDependency final : public Dependency {
 public:
  // Takes ownership of a reference.
  explicit LoadedDependency(link_map* map)
      : map_(map),
        path_(map->l_name),
        image_(ImageAt(reinterpret_cast<uintptr_t>(map->l_ld))) {
    if (IsSystemPath(path_)) return;
    build_id_ = MappedBuildId(image_);
    stamp_ = StampOf(path_);
    const uint64_t inode = MappedInode(image_.begin);
    was_replaced_ = stamp_.exists && inode != 0 && inode != stamp_.inode;
  }

  const std::string& path() const override { return path_; }

  bool BelongsToSystem() const override { return IsSystemPath(path_); }

  std::string DescribeChange() const override {
    const FileStamp now = StampOf(path_);
    if (!now.exists) return "was deleted";
    if (now == stamp_ && !was_replaced_) return "";
    if (now.inode == stamp_.inode && !was_replaced_) {
      return "was overwritten in place while it was mapped";
    }
    const bool same = !build_id_.empty() && FileBuildId(path_) == build_id_;
    return same ? "" : "was rebuilt";
  }

  std::vector<std::string> Holders() const override {
    std::vector<std::string> holders;
    if (const auto file = File::Open(path_); file.ok()) {
      if (const auto facts = InspectImage(**file); facts.ok()) {
        if (!facts->unique_exports.empty()) {
          holders.push_back(
              absl::StrCat("it exports the GNU unique symbol ",
                           facts->unique_exports.front(),
                           ", so that the system never unloads it"));
        }
        if (facts->nodelete) {
          holders.push_back("it is marked never to be unloaded (-z nodelete)");
        }
      }
    }
    for (std::string& text : ThreadKeysOf(image_)) {
      holders.push_back(std::move(text));
    }
    for (std::string& text : SignalHandlersOf(image_)) {
      holders.push_back(std::move(text));
    }
    return holders;
  }

  std::vector<std::string> Users(
      const std::vector<OtherThread>& threads) const override {
    return ThreadsOf(image_, threads);
  }

  std::string Release() override {
    const void* dynamic = map_->l_ld;
    dlclose(std::exchange(map_, nullptr));
    void* again = dlopen(path_.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (again == nullptr) return "";
    const bool same = static_cast<link_map*>(again)->l_ld == dynamic;
    dlclose(again);
    return same ? "something else in the process uses it: another library, or "
                  "a dlopen() of it"
                : "";
  }

 private:
  link_map* map_;
  const std::string path_;
  const AddressRange image_;
  // The file when the library was taken, unless it belongs to the system.
  std::string build_id_;
  FileStamp stamp_;
  // The file at path_ was replaced before stamp_ was taken.
  bool was_replaced_ = false;
};

// An image in the loader's list.
struct Image {
  const link_map* map = nullptr;
  std::string_view own_name;
  std::vector<std::string_view> needed;
};

Image Describe(const link_map* map) {
  Image image{.map = map, .own_name = {}, .needed = {}};
  const char* strings = nullptr;
  const ElfW(Dyn)* own_name = nullptr;
  for (const ElfW(Dyn)* entry = map->l_ld;
       entry != nullptr && entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_STRTAB) {
      // Not made absolute by the loader in the vDSO, which needs no libraries.
      if (entry->d_un.d_ptr < map->l_addr) return image;
      strings = reinterpret_cast<const char*>(entry->d_un.d_ptr);
    }
    if (entry->d_tag == DT_SONAME) own_name = entry;
  }
  if (strings == nullptr) return image;
  if (own_name != nullptr) image.own_name = strings + own_name->d_un.d_val;
  ForEachNeeded(map->l_addr, map->l_ld,
                [&](const char* name) { image.needed.emplace_back(name); });
  return image;
}

// The images of the process, and which of them need which.
class Images {
 public:
  // `any` is an image. The caller has locked the loader's list.
  explicit Images(const link_map* any) {
    while (any->l_prev != nullptr) any = any->l_prev;
    for (; any != nullptr; any = any->l_next) {
      images_.push_back(Describe(any));
      const Image& image = images_.back();
      const size_t index = images_.size() - 1;
      if (!image.own_name.empty()) own_names_.emplace(image.own_name, index);
      file_names_.emplace(BaseName(any->l_name), index);
    }
  }

  // Returns the images that `root` needs, directly or through others, each
  // before those that it needs itself.
  std::vector<const link_map*> NeedsOf(const link_map* root) const {
    std::vector<const link_map*> found;
    std::vector<bool> is_known(images_.size());
    std::vector<size_t> queue;
    for (size_t i = 0; i < images_.size(); ++i) {
      if (images_[i].map == root) queue.push_back(i);
    }
    for (size_t next = 0; next < queue.size(); ++next) {
      is_known[queue[next]] = true;
      for (const std::string_view name : images_[queue[next]].needed) {
        const size_t index = Find(name);
        if (index == images_.size() || is_known[index]) continue;
        is_known[index] = true;
        queue.push_back(index);
        found.push_back(images_[index].map);
      }
    }
    return found;
  }

  // Returns the image of the program, which is the first one.
  const link_map* program() const { return images_.front().map; }

 private:
  // Returns the index of the image that was mapped for a DT_NEEDED entry.
  size_t Find(std::string_view name) const {
    if (const auto it = own_names_.find(name); it != own_names_.end()) {
      return it->second;
    }
    const auto it = file_names_.find(BaseName(name));
    return it != file_names_.end() ? it->second : images_.size();
  }

  std::vector<Image> images_;
  absl::flat_hash_map<std::string_view, size_t> own_names_;
  absl::flat_hash_map<std::string_view, size_t> file_names_;
};

class LinuxScope final : public DependencyScope {
 public:
  LinuxScope(const std::string& copy, const std::string& original) {
    if (!copy.empty()) LoadStub(copy, original);
  }
  ~LinuxScope() override {
    if (stub_ != nullptr) dlclose(stub_);
  }

  const std::string& error() const override { return error_; }

  std::vector<std::string> Find(const Library& module) override {
    struct Search {
      const link_map* module;
      std::vector<std::string> found;
    } search{.module = static_cast<const link_map*>(module.handle()),
             .found = {}};
    if (search.module == nullptr) return {};
    // The loader's list is locked during the first call.
    dl_iterate_phdr(
        [](dl_phdr_info*, size_t, void* argument) {
          Search& search = *static_cast<Search*>(argument);
          const Images images(search.module);
          const std::vector<const link_map*> own =
              images.NeedsOf(images.program());
          for (const link_map* map : images.NeedsOf(search.module)) {
            if (std::find(own.begin(), own.end(), map) == own.end()) {
              search.found.emplace_back(map->l_name);
            }
          }
          return 1;
        },
        &search);
    return std::move(search.found);
  }

  std::unique_ptr<Dependency> Take(const std::string& path) override {
    void* handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) return nullptr;
    return std::make_unique<LoadedDependency>(static_cast<link_map*>(handle));
  }

 private:
  // glibc expands $ORIGIN to the directory of the copy. A stub that is linked
  // like the module, with the directory of the original, maps the libraries
  // before. The loader then takes them for the copy, because it knows them by
  // the names under which the stub needs them.
  void LoadStub(const std::string& copy, const std::string& original) {
    const absl::StatusOr<std::unique_ptr<File>> file = File::Open(copy);
    if (!file.ok()) return;
    absl::StatusOr<ElfLinks> links = ReadElfLinks(**file);
    if (!links.ok() || !absl::StrContains(links->run_path, "ORIGIN")) return;
    std::error_code error;
    const std::string directory =
        std::filesystem::weakly_canonical(original, error)
            .parent_path()
            .string();
    // A run path can't contain these.
    if (error || directory.find_first_of(":;$") != std::string::npos) return;
    links->run_path = absl::StrReplaceAll(
        links->run_path, {{"$ORIGIN", directory}, {"${ORIGIN}", directory}});
    const std::string stub = MakeLinkStub(*links);
    stub_file_ = UniqueFd(memfd_create("relib-link-stub", MFD_CLOEXEC));
    if (!stub_file_ || write(stub_file_.get(), stub.data(), stub.size()) !=
                           static_cast<ssize_t>(stub.size())) {
      return;
    }
    // Not "/proc/self/fd/7": another library may have been loaded by that name
    // and is then taken for this one.
    stub_ = dlopen(
        absl::StrCat("/proc/self/task/", gettid(), "/fd/", stub_file_.get())
            .c_str(),
        RTLD_NOW | RTLD_LOCAL);
    if (stub_ == nullptr) {
      const char* text = dlerror();
      if (text != nullptr) error_ = text;
    }
  }

  // Open as long as the stub is mapped. The stub of a module that a constructor
  // loads meanwhile would otherwise get the same name, and the loader would
  // take this one for it.
  UniqueFd stub_file_;
  void* stub_ = nullptr;
  std::string error_;
};

}  // namespace

std::unique_ptr<DependencyScope> DependencyScope::Create(
    const std::string& copy, const std::string& original) {
  return std::make_unique<LinuxScope>(copy, original);
}

}  // namespace relib::platform
