#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/resources/descriptors/descriptors.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

struct Range {
  uintptr_t begin;
  uintptr_t end;
};

void* Pointer(uintptr_t address) { return reinterpret_cast<void*>(address); }

// Rounds to pages as the kernel does.
Range RangeOf(const void* address, size_t size, int flags = 0) {
  static const uintptr_t page_size =
      static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  uintptr_t unit = page_size;
  if ((flags & MAP_HUGETLB) != 0) {
    constexpr int kUsualHugePage = 21;
    const int bits = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
    unit = uintptr_t{1} << (bits != 0 ? bits : kUsualHugePage);
  }
  const auto begin = reinterpret_cast<uintptr_t>(address);
  return {.begin = begin, .end = begin + (size + unit - 1) / unit * unit};
}

// Returns whether a library or the program is loaded at this address.
bool LiesInImage(uintptr_t address) {
  dl_find_object object;
  return _dl_find_object(Pointer(address), &object) == 0;
}

// Frees the memory of the range but keeps its addresses reserved.
void Reserve(Range range) {
  static_cast<void>(
      ::mmap(Pointer(range.begin), range.end - range.begin, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0));
}

// The memory that one module has mapped and not unmapped, as ranges without
// overlaps. A lock is held during the system calls: they take a lock of the
// kernel anyway, and another thread may get a range as soon as it is unmapped.
class Mappings final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kMappings;

  void* Map(void* address, size_t size, int protection, int flags,
            int descriptor, off_t offset) {
    const bool anonymous = (flags & MAP_ANONYMOUS) != 0;
    std::string file = anonymous ? "" : FileOfDescriptor(descriptor);
    const std::lock_guard lock(mutex_);
    const Range wanted = RangeOf(address, size, flags);
    const bool fixed = (flags & MAP_FIXED) != 0;
    std::vector<Range> reserved;
    const bool replaces = fixed && ReserveGaps(wanted, &reserved);
    void* mapped = ::mmap(address, size, protection, flags, descriptor, offset);
    if (mapped == MAP_FAILED) {
      const KeepErrno keep;
      for (const Range& range : reserved) Unmap(range);
      return mapped;
    }
    const Range range = RangeOf(mapped, size, flags);
    Add(range, {.end = range.end,
                .file = std::move(file),
                .replaces = replaces || ReplacesAny(range)});
    return mapped;
  }

  void* Remap(void* address, size_t size, size_t new_size, int flags,
              void* new_address) {
    const std::lock_guard lock(mutex_);
    const Range old_range = RangeOf(address, size);
    const auto owned = Find(old_range.begin);
    const bool is_owned = owned != ranges_.end();
    Mapping mapping = is_owned ? owned->second : Mapping{};
    std::vector<Range> reserved;
    const bool replaces =
        (flags & MREMAP_FIXED) != 0 &&
        ReserveGaps(RangeOf(new_address, new_size), &reserved);
    void* mapped = ::mremap(address, size, new_size, flags, new_address);
    if (mapped == MAP_FAILED) {
      const KeepErrno keep;
      for (const Range& range : reserved) Unmap(range);
      return mapped;
    }
    // A size of zero makes a second mapping of shared memory.
    if ((flags & MREMAP_DONTUNMAP) == 0 && size != 0) Cut(old_range);
    const Range range = RangeOf(mapped, new_size);
    mapping.end = range.end;
    if ((flags & MREMAP_FIXED) != 0) {
      mapping.replaces = replaces || ReplacesAny(range);
    } else if (mapped != address) {
      mapping.replaces = false;
    }
    Cut(range);
    if (is_owned) Add(range, std::move(mapping));
    return mapped;
  }

  int Unmap(void* address, size_t size) {
    const std::lock_guard lock(mutex_);
    const int result = ::munmap(address, size);
    if (result == 0) Cut(RangeOf(address, size));
    return result;
  }

  void Release(void* address, size_t size) {
    const std::lock_guard lock(mutex_);
    Cut(RangeOf(address, size));
    segments_.erase(reinterpret_cast<uintptr_t>(address));
  }

  void* Attach(int segment, const void* address, int flags) {
    const std::lock_guard lock(mutex_);
    void* attached = ::shmat(segment, address, flags);
    if (attached == reinterpret_cast<void*>(-1)) return attached;
    shmid_ds facts = {};
    ::shmctl(segment, IPC_STAT, &facts);
    segments_[reinterpret_cast<uintptr_t>(attached)] = facts.shm_segsz;
    return attached;
  }

  int Detach(const void* address) {
    const std::lock_guard lock(mutex_);
    const int result = ::shmdt(address);
    if (result == 0) segments_.erase(reinterpret_cast<uintptr_t>(address));
    return result;
  }

  // Mappings over an image belong to that image. Once the module's own image is
  // gone, its addresses may be reused at any time.
  void LeaveImage(ReclaimReport& report) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(ranges_, [&](const auto& entry) {
      const auto& [begin, mapping] = entry;
      if (!mapping.replaces || !LiesInImage(begin)) return false;
      ReportReplaced({.begin = begin, .end = mapping.end}, mapping, report);
      return true;
    });
  }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [begin, mapping] : ranges_) {
      const Range range = {.begin = begin, .end = mapping.end};
      if (mapping.replaces) {
        // The original owner of the memory may still rely on the addresses.
        Reserve(range);
        ReportReplaced(range, mapping, report);
      } else {
        Unmap(range);
        report.Add("mapping", Describe(range, mapping),
                   range.end - range.begin);
      }
    }
    ranges_.clear();
    for (const auto& [address, size] : segments_) {
      ::shmdt(Pointer(address));
      report.Add("shared memory segment",
                 absl::StrFormat("%d bytes at %#x", size, address), size);
    }
    segments_.clear();
  }

 private:
  struct Mapping {
    uintptr_t end = 0;
    // Empty for anonymous memory.
    std::string file;
    // It replaced memory that is not the module's.
    bool replaces = false;
  };
  using Ranges = std::map<uintptr_t, Mapping>;

  static std::string Describe(Range range, const Mapping& mapping) {
    return absl::StrFormat("%d bytes at %#x%s%s", range.end - range.begin,
                           range.begin, mapping.file.empty() ? "" : " of ",
                           mapping.file);
  }

  static void ReportReplaced(Range range, const Mapping& mapping,
                             ReclaimReport& report) {
    report.Add("replaced mapping",
               absl::StrCat(Describe(range, mapping),
                            ", what was there can't be put back"),
               range.end - range.begin);
  }

  static void Unmap(Range range) {
    ::munmap(Pointer(range.begin), range.end - range.begin);
  }

  // Returns the range that contains `address`.
  Ranges::iterator Find(uintptr_t address) {
    const auto after = ranges_.upper_bound(address);
    if (after == ranges_.begin()) return ranges_.end();
    const auto before = std::prev(after);
    return before->second.end > address ? before : ranges_.end();
  }

  // Returns the first range that ends after `address`.
  Ranges::iterator FirstFrom(uintptr_t address) {
    const auto holds = Find(address);
    return holds != ranges_.end() ? holds : ranges_.lower_bound(address);
  }

  void Cut(Range cut) {
    for (auto range = FirstFrom(cut.begin);
         range != ranges_.end() && range->first < cut.end;) {
      const uintptr_t end = range->second.end;
      if (end > cut.end) {
        ranges_[cut.end] = range->second;
      }
      if (range->first < cut.begin) {
        range->second.end = cut.begin;
        ++range;
      } else {
        range = ranges_.erase(range);
      }
    }
  }

  void Add(Range range, Mapping mapping) {
    Cut(range);
    ranges_[range.begin] = std::move(mapping);
  }

  // Returns whether a part of the range is the module's and replaced memory
  // that is not.
  bool ReplacesAny(Range range) {
    for (auto known = FirstFrom(range.begin);
         known != ranges_.end() && known->first < range.end; ++known) {
      if (known->second.replaces) return true;
    }
    return false;
  }

  // Reserves the unmapped parts of a range that is about to be mapped. Returns
  // whether the range also contains memory that is not the module's.
  bool ReserveGaps(Range range, std::vector<Range>* reserved) {
    bool occupied = false;
    const auto reserve = [&](Range gap) {
      if (gap.begin >= gap.end) return;
      void* mapped = ::mmap(
          Pointer(gap.begin), gap.end - gap.begin, PROT_NONE,
          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
          0);
      if (mapped != MAP_FAILED) {
        reserved->push_back(gap);
      } else if (errno == EEXIST) {
        occupied = true;
      }
    };
    uintptr_t position = range.begin;
    for (auto known = FirstFrom(range.begin);
         known != ranges_.end() && known->first < range.end; ++known) {
      reserve({.begin = position, .end = known->first});
      position = std::max(position, known->second.end);
    }
    reserve({.begin = position, .end = range.end});
    return occupied;
  }

  std::mutex mutex_;
  Ranges ranges_;
  // Sizes by address.
  std::map<uintptr_t, size_t> segments_;
};

Mappings& MappingsOf(void* resources) {
  return ResourcesOf<Mappings>(resources);
}

}  // namespace

std::unique_ptr<Resources> MakeMappings() {
  return std::make_unique<Mappings>();
}

void* hooks::mmap(void* resources, void* address, size_t size, int protection,
                  int flags, int descriptor, off_t offset) {
  return MappingsOf(resources).Map(address, size, protection, flags, descriptor,
                                   offset);
}

void* hooks::mmap64(void* resources, void* address, size_t size, int protection,
                    int flags, int descriptor, off_t offset) {
  return MappingsOf(resources).Map(address, size, protection, flags, descriptor,
                                   offset);
}

void* hooks::mremap(void* resources, void* address, size_t size,
                    size_t new_size, int flags, void* new_address) {
  return MappingsOf(resources).Remap(address, size, new_size, flags,
                                     new_address);
}

int hooks::munmap(void* resources, void* address, size_t size) {
  return MappingsOf(resources).Unmap(address, size);
}

void* hooks::shmat(void* resources, int segment, const void* address,
                   int flags) {
  return MappingsOf(resources).Attach(segment, address, flags);
}

int hooks::shmdt(void* resources, const void* address) {
  return MappingsOf(resources).Detach(address);
}

void hooks::relib_platform_release_mapping(void* resources, void* address,
                                           size_t size) {
  MappingsOf(resources).Release(address, size);
}

}  // namespace relib::platform
