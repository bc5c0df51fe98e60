#include "platform/host/library.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/host/files/file.h"
#include "platform/image/holders.h"
#include "platform/image/image_file.h"
#include "platform/linux/host/dynamic_section.h"

namespace relib::platform {

const std::string_view kLibraryPrefix = "lib";
const std::string_view kLibrarySuffix = ".so";

namespace {

std::string LoaderError() {
  const char* text = dlerror();
  return text != nullptr ? text : "no reason given";
}

// Returns whether a page is mapped at `address`. The cost does not depend on
// the number of mappings.
bool IsMapped(const void* address) {
  const uintptr_t page_size = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  void* page = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(address) &
                                       ~(page_size - 1));
  unsigned char resident;
  return mincore(page, 1, &resident) == 0 || errno != ENOMEM;
}

std::string_view BaseName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Returns the paths of the process's libraries that are linked against the one
// at `path`.
std::vector<std::string> Dependents(const std::string& path,
                                    const ImageFacts& facts) {
  struct Search {
    std::string_view path;
    std::string_view name;
    std::vector<std::string> found;
  };
  Search search{.path = path,
                .name = facts.own_name.empty()
                            ? BaseName(path)
                            : std::string_view(facts.own_name),
                .found = {}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* argument) {
        Search& search = *static_cast<Search*>(argument);
        if (info->dlpi_name == nullptr || info->dlpi_name == search.path)
          return 0;
        const ElfW(Dyn)* dynamic = nullptr;
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            dynamic = reinterpret_cast<const ElfW(Dyn)*>(
                info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
          }
        }
        if (dynamic == nullptr) return 0;
        ForEachNeeded(info->dlpi_addr, dynamic, [&](const char* name) {
          if (BaseName(name) != search.name) return;
          search.found.push_back(*info->dlpi_name != '\0'
                                     ? info->dlpi_name
                                     : "the program itself");
        });
        return 0;
      },
      &search);
  return std::move(search.found);
}

// Returns a text about what keeps an image whose last known handle was closed:
// flags and symbols from the file, dependents from the process. The loader's
// reference count cannot be read, so references are named if nothing else is
// found.
std::string DescribeHolders(const std::string& path) {
  std::vector<std::string> causes;
  if (absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
      file.ok()) {
    if (absl::StatusOr<ImageFacts> facts = InspectImage(**file); facts.ok()) {
      causes = HoldersInFile(*facts);
      const std::vector<std::string> dependents = Dependents(path, *facts);
      if (!dependents.empty()) causes.push_back(DescribeDependents(dependents));
    }
  }
  if (causes.empty()) {
    causes.push_back(
        DescribeReferences(std::nullopt, absl::StrCat("dlopen() of ", path)));
  }
  return absl::StrJoin(causes, "; ");
}

// The number of libraries that the loader has added and removed so far, and how
// many of those that are present were added after a given one. The loader lists
// libraries in the order of their addition.
struct LoaderCounts {
  const link_map* library = nullptr;
  uint64_t added = 0;
  uint64_t removed = 0;
  uint64_t newer = 0;
};

// Examines at most `max_newer` libraries.
LoaderCounts CountLibraries(const link_map* library, uint64_t max_newer) {
  struct Search {
    LoaderCounts counts;
    uint64_t max_newer;
  } search{.counts = {.library = library}, .max_newer = max_newer};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* argument) {
        auto& [counts, max_newer] = *static_cast<Search*>(argument);
        counts.added = info->dlpi_adds;
        counts.removed = info->dlpi_subs;
        // The list is locked during this call.
        for (const link_map* next = counts.library;
             next != nullptr && next->l_next != nullptr &&
             counts.newer < max_newer;
             next = next->l_next) {
          ++counts.newer;
        }
        return 1;
      },
      &search);
  return search.counts;
}

bool IsLoaded(const std::string& path) {
  void* present = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (present != nullptr) dlclose(present);
  return present != nullptr;
}

// Calls dlopen() for a library that is not loaded yet. If it is, returns null
// and sets `present`. Asking the loader in advance would open, read and compare
// the file twice, so this checks afterwards whether the library is new: it must
// be among the last ones, as many as were added meanwhile.
void* OpenNew(const std::string& path, bool* present) {
  constexpr int kMode = RTLD_NOW | RTLD_LOCAL;
  const LoaderCounts before = CountLibraries(nullptr, 0);
  void* handle = dlopen(path.c_str(), kMode);
  if (handle == nullptr) return nullptr;
  constexpr uint64_t kMaxNewer = 64;
  const LoaderCounts after =
      CountLibraries(static_cast<const link_map*>(handle), kMaxNewer);
  const uint64_t added = after.added - before.added;
  *present = added == 0;
  if (added > 0 && after.newer < std::min(added, kMaxNewer) &&
      after.removed == before.removed) {
    return handle;
  }
  dlclose(handle);
  if (*present) return nullptr;
  // Other threads load or unload libraries at the same time, so the counts
  // prove nothing. Ask the loader in advance.
  *present = IsLoaded(path);
  return *present ? nullptr : dlopen(path.c_str(), kMode);
}

}  // namespace

absl::StatusOr<Library> Library::Load(const std::string& path) {
  bool present = false;
  void* handle = OpenNew(path, &present);
  if (present) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, " is loaded in this process already"));
  }
  if (handle == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("the system can't load it: ", LoaderError()));
  }
  // glibc's handle is the link map; its dynamic section is inside the image.
  Library library;
  library.handle_ = handle;
  library.address_ = static_cast<const link_map*>(handle)->l_ld;
  library.path_ = path;
  return library;
}

void* Library::Symbol(const char* name) const {
  // dlsym() searches the whole program for a null handle.
  return handle_ != nullptr ? dlsym(handle_, name) : nullptr;
}

absl::Status Library::Unload() {
  if (handle_ == nullptr) {
    return absl::FailedPreconditionError("there is no library to unload");
  }
  if (dlclose(handle_) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the system can't unload it: ", LoaderError()));
  }
  if (IsMapped(address_)) {
    // Either the image is still there, or another thread has mapped something
    // else in its place. The loader knows, and if it is still there, returns a
    // handle to it.
    if (void* handle = dlopen(path_.c_str(), RTLD_LAZY | RTLD_NOLOAD)) {
      const bool same = static_cast<const link_map*>(handle)->l_ld == address_;
      if (same) {
        handle_ = handle;
        return absl::FailedPreconditionError(DescribeHolders(path_));
      }
      dlclose(handle);
    }
  }
  handle_ = nullptr;
  address_ = nullptr;
  return absl::OkStatus();
}

}  // namespace relib::platform
