#include "relib/internal/trace/throw_sites.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/host/stack_walker.h"
#include "platform/host/thread_id.h"

namespace relib::internal {
namespace {

using platform::AddressRange;
using platform::StackFrame;

constexpr size_t kMaxRecorded = 48;
constexpr size_t kMaxFrames = 128;

struct ThrowSite {
  uintptr_t addresses[kMaxRecorded];
  uint32_t count;
  // True if the stack had more frames than these.
  bool is_cut_off;
  // The first frame that isn't recorded, or zeros if all are.
  StackFrame boundary;
  // The image in which the throw was followed.
  AddressRange image;
};

// A lock that is held for some instructions. Not a mutex, because threads may
// throw while they end, when a mutex could no longer be used.
class SpinLock {
 public:
  void lock() {
    while (locked_.exchange(true, std::memory_order_acquire)) {
      std::this_thread::yield();
    }
  }
  void unlock() { locked_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> locked_ = false;
};

// A set-associative table of fixed size.
class ThrowSites {
 public:
  void Put(const void* exception, const ThrowSite& site) {
    Bucket& bucket = BucketOf(exception);
    const std::lock_guard lock(bucket.lock);
    Entry* entry = bucket.Find(exception);
    if (entry == nullptr) {
      entry = std::min_element(
          bucket.entries, bucket.entries + kWays,
          [](const Entry& a, const Entry& b) { return a.age < b.age; });
    }
    entry->exception = exception;
    entry->age = ++bucket.age;
    Copy(site, &entry->site);
  }

  bool Get(const void* exception, ThrowSite* site) {
    return Find(exception, site, false);
  }
  bool Take(const void* exception, ThrowSite* site) {
    return Find(exception, site, true);
  }

 private:
  static constexpr size_t kWays = 8;
  static constexpr size_t kBuckets = 128;

  struct Entry {
    const void* exception = nullptr;
    uint64_t age = 0;
    ThrowSite site = {};
  };
  struct Bucket {
    Entry* Find(const void* exception) {
      Entry* entry = std::find_if(
          entries, entries + kWays,
          [&](const Entry& entry) { return entry.exception == exception; });
      return entry == entries + kWays ? nullptr : entry;
    }

    SpinLock lock;
    uint64_t age = 0;
    Entry entries[kWays];
  };

  bool Find(const void* exception, ThrowSite* site, bool forget) {
    Bucket& bucket = BucketOf(exception);
    const std::lock_guard lock(bucket.lock);
    Entry* entry = bucket.Find(exception);
    if (entry == nullptr) return false;
    Copy(entry->site, site);
    if (forget) *entry = {};
    return true;
  }

  static void Copy(const ThrowSite& from, ThrowSite* to) {
    std::copy_n(from.addresses, from.count, to->addresses);
    to->count = from.count;
    to->is_cut_off = from.is_cut_off;
    to->boundary = from.boundary;
    to->image = from.image;
  }

  Bucket& BucketOf(const void* exception) {
    // The heap aligns to 16 bytes.
    const uint64_t key = reinterpret_cast<uintptr_t>(exception) >> 4;
    return buckets_[(key * 0x9e3779b97f4a7c15u) >> 57];
  }

  Bucket buckets_[kBuckets];
};
static_assert(uint64_t{1} << (64 - 57) == 128);

// Not touched, and so without physical memory, until something is thrown.
constinit ThrowSites throw_sites;

// The number of threads that have called SubstituteNextThrow() and not thrown
// yet. Their addresses are in the table under a key of the thread, and not
// thread_local, because threads of modules get here, some of them while they
// end.
constinit std::atomic<int> substitutes = 0;

const void* ThisThread() {
  // Odd, unlike the address of any exception object.
  return reinterpret_cast<const void*>(
      static_cast<uintptr_t>(platform::CurrentThreadId() * 2 + 1));
}

// Skips the frames before a given one.
class Beginning {
 public:
  Beginning(uintptr_t caller, bool skip_caller)
      : caller_(caller), skip_caller_(skip_caller) {}

  bool Passes(const StackFrame& frame) {
    if (found_) return true;
    found_ = frame.address == caller_;
    return found_ && !skip_caller_;
  }

 private:
  const uintptr_t caller_;
  const bool skip_caller_;
  bool found_ = false;
};

bool IsFollowed(const AddressRange& image, const StackFrame& frame) {
  return image.Contains(frame.address - 1) ||
         // The C library may have been called by the image and have called
         // back.
         platform::CLibraryImage().Contains(frame.address - 1);
}

struct Recording {
  Beginning beginning;
  ThrowSite* site;
};

bool Record(void* context, const StackFrame& frame) {
  auto* recording = static_cast<Recording*>(context);
  if (!recording->beginning.Passes(frame)) return true;
  ThrowSite* site = recording->site;
  site->is_cut_off = site->count == kMaxRecorded;
  if (site->is_cut_off || !IsFollowed(site->image, frame)) {
    site->boundary = frame;
    return false;
  }
  site->addresses[site->count++] = frame.address;
  return true;
}

struct Continuation {
  const ThrowSite* site;
  std::vector<uintptr_t>* addresses;
  bool found = false;
  bool was_in_image = false;
};

// Returns whether the walk has reached the end of the recording.
bool IsBoundary(Continuation* continuation, const StackFrame& frame) {
  const ThrowSite& site = *continuation->site;
  if (frame.stack == site.boundary.stack &&
      frame.address == site.boundary.address) {
    return true;
  }
  // The next frame may have been unwound. Then the boundary is where the image
  // was called, whose handler is running.
  if (!site.is_cut_off) return false;
  const bool left_image =
      continuation->was_in_image && !IsFollowed(site.image, frame);
  continuation->was_in_image |= site.image.Contains(frame.address - 1);
  if (left_image) continuation->addresses->push_back(0);
  return left_image;
}

bool Continue(void* context, const StackFrame& frame) {
  auto* continuation = static_cast<Continuation*>(context);
  if (!continuation->found) {
    continuation->found = IsBoundary(continuation, frame);
  }
  if (continuation->found) continuation->addresses->push_back(frame.address);
  return continuation->addresses->size() < kMaxFrames;
}

struct Capture {
  Beginning beginning;
  std::vector<uintptr_t>* addresses;
};

bool CaptureFrame(void* context, const StackFrame& frame) {
  auto* capture = static_cast<Capture*>(context);
  if (capture->beginning.Passes(frame)) {
    capture->addresses->push_back(frame.address);
  }
  return capture->addresses->size() < kMaxFrames;
}

// Inlined, because its frame would have to be walked over at each throw.
[[gnu::always_inline]] inline void RecordThrowIn(const AddressRange& image,
                                                 const void* exception,
                                                 uintptr_t caller,
                                                 bool skip_caller) {
  ThrowSite site;
  if (substitutes.load(std::memory_order_relaxed) != 0 &&
      throw_sites.Take(ThisThread(), &site)) {
    substitutes.fetch_sub(1, std::memory_order_relaxed);
    throw_sites.Put(exception, site);
    return;
  }
  site.count = 0;
  site.is_cut_off = false;
  site.boundary = {};
  site.image = image;
  Recording recording = {.beginning = Beginning(caller, skip_caller),
                         .site = &site};
  platform::WalkStack(Record, &recording);
  throw_sites.Put(exception, site);
}

}  // namespace

void RecordModuleThrow(const void* exception, uintptr_t caller,
                       bool skip_caller) noexcept {
  RecordThrowIn(platform::ImageAt(caller - 1), exception, caller, skip_caller);
}

void RecordHostThrow(const void* exception, uintptr_t caller,
                     bool skip_caller) noexcept {
  RecordThrowIn({.begin = 0, .end = UINTPTR_MAX}, exception, caller,
                skip_caller);
}

std::vector<uintptr_t> FindThrow(const void* exception) {
  ThrowSite site;
  if (exception == nullptr || !throw_sites.Get(exception, &site)) return {};
  std::vector<uintptr_t> addresses(site.addresses, site.addresses + site.count);
  if (site.boundary.stack != 0) {
    Continuation continuation = {.site = &site, .addresses = &addresses};
    platform::WalkStack(Continue, &continuation);
    // The omitted frames couldn't be found on the stack either.
    if (site.is_cut_off && !continuation.found) addresses.push_back(0);
  }
  return addresses;
}

std::vector<uintptr_t> CaptureStack(uintptr_t caller) {
  std::vector<uintptr_t> addresses;
  Capture capture = {.beginning = Beginning(caller, false),
                     .addresses = &addresses};
  platform::WalkStack(CaptureFrame, &capture);
  return addresses;
}

void SubstituteNextThrow(const std::vector<uintptr_t>& addresses) {
  ThrowSite site;
  site.count = static_cast<uint32_t>(std::min(addresses.size(), kMaxRecorded));
  std::copy_n(addresses.begin(), site.count, site.addresses);
  site.is_cut_off = false;
  site.boundary = {};
  site.image = {};
  throw_sites.Put(ThisThread(), site);
  substitutes.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace relib::internal
