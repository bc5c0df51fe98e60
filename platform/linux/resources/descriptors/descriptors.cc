#include "platform/linux/resources/descriptors/descriptors.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/host/fork.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/signal_safe_lock.h"

namespace relib::platform {
namespace {

// Returns a hash of the file's device and inode, or zero if the descriptor is
// not open. A single number can be stored atomically.
uint64_t IdentityOf(int descriptor) {
  struct stat file;
  // glibc's fstat() makes the slower system call newfstatat().
  if (syscall(SYS_fstat, descriptor, &file) != 0) return 0;
  uint64_t mixed = file.st_ino + 0x9e3779b97f4a7c15 * (file.st_dev + 1);
  mixed = (mixed ^ (mixed >> 31)) * 0xbf58476d1ce4e5b9;
  return mixed | 1;
}

// Returns whether both descriptors are duplicates of one open file. Compares
// the files if the kernel does not support kcmp().
bool IsSameOpenFile(int descriptor, int other) {
  const pid_t process = getpid();
  const int64_t difference =
      syscall(SYS_kcmp, process, process, KCMP_FILE, descriptor, other);
  if (difference >= 0) return difference == 0;
  return IdentityOf(descriptor) == IdentityOf(other);
}

// Leaves low numbers alone, because programs may rely on the lowest free one.
constexpr int kLowestDuplicate = 10;

}  // namespace

std::string FileOfDescriptor(int descriptor) {
  char link[64];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  char target[PATH_MAX];
  const ssize_t size = readlink(link, target, sizeof(target));
  if (size < 0) return "";
  std::string_view text(target, size);
  // Such as "pipe:[1234]" and "anon_inode:[eventpoll]".
  constexpr std::string_view kAnonymous = "anon_inode:";
  if (text.starts_with(kAnonymous)) {
    text.remove_prefix(kAnonymous.size());
    if (text.starts_with('[')) text = text.substr(1, text.size() - 2);
  } else if (!text.starts_with('/')) {
    text = text.substr(0, text.find(':'));
  }
  return std::string(text);
}

std::string DescribeDescriptor(int descriptor) {
  return absl::StrCat(descriptor, " ", FileOfDescriptor(descriptor));
}

namespace {

// Locked by hooks that signal handlers may call: with SignalSafeLock.
constinit std::mutex replacements_mutex;

[[gnu::constructor]] void LockMutexAroundFork() {
  LockAroundFork(replacements_mutex);
}

// The two variables below are guarded by the mutex.
constinit Descriptors* all_descriptors = nullptr;
constinit uint64_t last_order = 0;

}  // namespace

Descriptors::Descriptors() {
  const SignalSafeLock lock(replacements_mutex);
  next_ = all_descriptors;
  all_descriptors = this;
}

Descriptors::~Descriptors() {
  {
    const SignalSafeLock lock(replacements_mutex);
    Descriptors** link = &all_descriptors;
    while (*link != this) link = &(*link)->next_;
    *link = next_;
  }
  for (std::atomic<Entry*>& chunk : chunks_) {
    if (Entry* entries = chunk.load(); entries != nullptr) {
      munmap(entries, kChunkEntries * sizeof(Entry));
    }
  }
}

Descriptors::Entry* Descriptors::Find(int descriptor) const {
  const size_t index = static_cast<unsigned>(descriptor);
  if (index >= kChunks * kChunkEntries) return nullptr;
  Entry* entries =
      chunks_[index / kChunkEntries].load(std::memory_order_acquire);
  return entries == nullptr ? nullptr : entries + index % kChunkEntries;
}

Descriptors::Entry* Descriptors::FindOrCreate(int descriptor) {
  const size_t index = static_cast<unsigned>(descriptor);
  if (index >= kChunks * kChunkEntries) return nullptr;
  std::atomic<Entry*>& chunk = chunks_[index / kChunkEntries];
  if (chunk.load(std::memory_order_acquire) == nullptr) {
    constexpr size_t kSize = kChunkEntries * sizeof(Entry);
    void* created = mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (created == MAP_FAILED) return nullptr;
    Entry* none = nullptr;
    // Entries are initially zero.
    if (!chunk.compare_exchange_strong(none, static_cast<Entry*>(created))) {
      munmap(created, kSize);
    }
  }
  int highest = highest_.load(std::memory_order_relaxed);
  while (highest < descriptor &&
         !highest_.compare_exchange_weak(highest, descriptor)) {
  }
  return Find(descriptor);
}

void Descriptors::Add(int descriptor) {
  if (descriptor < 0) return;
  const KeepErrno keep;
  if (Entry* entry = FindOrCreate(descriptor); entry != nullptr) {
    entry->identity.store(IdentityOf(descriptor), std::memory_order_relaxed);
  }
}

bool Descriptors::Remove(int descriptor) {
  Entry* entry = Find(descriptor);
  return entry != nullptr &&
         entry->identity.exchange(0, std::memory_order_relaxed) != 0;
}

void Descriptors::RemoveRange(unsigned first, unsigned last) {
  const int highest = highest_.load(std::memory_order_relaxed);
  if (highest < 0) return;
  last = std::min(last, static_cast<unsigned>(highest));
  for (unsigned descriptor = first; descriptor <= last; ++descriptor) {
    Remove(static_cast<int>(descriptor));
  }
}

bool Descriptors::Has(int descriptor) const {
  const KeepErrno keep;
  const Entry* entry = Find(descriptor);
  if (entry == nullptr) return false;
  const uint64_t identity = entry->identity.load(std::memory_order_relaxed);
  return identity != 0 && identity == IdentityOf(descriptor);
}

void Descriptors::CloseDuplicate(Entry& entry) {
  const int duplicate = entry.duplicate.exchange(0);
  if (duplicate != 0 &&
      IdentityOf(duplicate) == entry.duplicate_identity.load()) {
    ::close(duplicate);
  }
}

Descriptors::Entry* Descriptors::FindAbove(int descriptor,
                                           const Entry& entry) const {
  Entry* above = nullptr;
  for (const Descriptors* other = all_descriptors; other != nullptr;
       other = other->next_) {
    Entry* candidate = other == this ? nullptr : other->Find(descriptor);
    if (candidate == nullptr || candidate->duplicate.load() == 0 ||
        candidate->order.load() < entry.order.load()) {
      continue;
    }
    if (above == nullptr || candidate->order.load() < above->order.load()) {
      above = candidate;
    }
  }
  return above;
}

bool Descriptors::TakeOut(int descriptor, Entry& entry) {
  Entry* above = FindAbove(descriptor, entry);
  if (above == nullptr) return false;
  // Otherwise, the program has put a file between the two.
  if (const uint64_t identity = entry.identity.load();
      identity != 0 && above->duplicate_identity.load() == identity) {
    CloseDuplicate(*above);
    above->close_on_exec.store(entry.close_on_exec.load());
    above->duplicate_identity.store(entry.duplicate_identity.load());
    above->duplicate.store(entry.duplicate.exchange(0));
  }
  CloseDuplicate(entry);
  return true;
}

void Descriptors::Release(int descriptor) {
  const KeepErrno keep;
  Entry* entry = Find(descriptor);
  if (entry == nullptr) return;
  entry->identity.store(0);
  if (entry->duplicate.load() == 0) return;
  const SignalSafeLock lock(replacements_mutex);
  CloseDuplicate(*entry);
}

Descriptors::Replacement::Replacement(Descriptors& descriptors, int target)
    : descriptors_(descriptors), target_(target) {
  {
    const KeepErrno keep;
    const int flags = ::fcntl(target, F_GETFD);
    if (flags < 0 || descriptors.Has(target)) return;
    close_on_exec_ = (flags & FD_CLOEXEC) != 0;
  }
  duplicate_ = ::fcntl(target, F_DUPFD_CLOEXEC, kLowestDuplicate);
  is_possible_ = duplicate_ >= 0;
}

Descriptors::Replacement::~Replacement() {
  if (duplicate_ < 0) return;
  const KeepErrno keep;
  ::close(duplicate_);
}

void Descriptors::Replacement::Done() {
  const KeepErrno keep;
  Entry* entry = descriptors_.FindOrCreate(target_);
  if (entry == nullptr) return;
  const SignalSafeLock lock(replacements_mutex);
  if (const int before = entry->duplicate.load();
      before != 0 && IsSameOpenFile(before, target_)) {
    // The module has restored the replaced file.
    entry->identity.store(0);
    CloseDuplicate(*entry);
    return;
  }
  if (duplicate_ >= 0) {
    if (IsSameOpenFile(duplicate_, target_)) return;
    // Other code has replaced the file since the module did.
    if (!descriptors_.TakeOut(target_, *entry)) CloseDuplicate(*entry);
    entry->duplicate_identity.store(IdentityOf(duplicate_));
    entry->close_on_exec.store(close_on_exec_);
    entry->order.store(++last_order);
    entry->duplicate.store(duplicate_);
    duplicate_ = -1;
  }
  entry->identity.store(IdentityOf(target_));
}

void Descriptors::Replacement::Undo() const {
  if (duplicate_ < 0) return;
  const KeepErrno keep;
  ::dup3(duplicate_, target_, close_on_exec_ ? O_CLOEXEC : 0);
}

Descriptors::Outcome Descriptors::GiveBack(int descriptor, Entry& entry) {
  const uint64_t identity = entry.identity.load();
  const uint64_t current = IdentityOf(descriptor);
  const bool is_left = identity != 0 && identity == current;
  const int duplicate = entry.duplicate.load();
  if (duplicate == 0) {
    if (is_left) return Outcome::kLeft;
    // A module that has replaced this file must not put it back.
    if (identity != 0) TakeOut(descriptor, entry);
    return Outcome::kNone;
  }
  // Something that closes all descriptors has closed the duplicate as well.
  if (IdentityOf(duplicate) != entry.duplicate_identity.load()) {
    return is_left ? Outcome::kLostAndLeft : Outcome::kLost;
  }
  if (TakeOut(descriptor, entry)) return Outcome::kReplacedSince;
  const int flags = entry.close_on_exec.load() ? O_CLOEXEC : 0;
  if (is_left) {
    ::dup3(duplicate, descriptor, flags);
  } else if (identity == 0 && current == 0) {
    // The module has closed it. dup3() could close a file that another thread
    // opens under this number right now, so use the lowest free number instead,
    // and drop it if it is another one.
    const int restored =
        ::fcntl(duplicate, flags != 0 ? F_DUPFD_CLOEXEC : F_DUPFD, descriptor);
    if (restored >= 0 && restored != descriptor) ::close(restored);
  }
  CloseDuplicate(entry);
  return is_left ? Outcome::kRestoredOverLeft : Outcome::kRestored;
}

void Descriptors::ReclaimEntry(int descriptor, Entry& entry,
                               ReclaimReport& report) {
  // Texts allocate and close() may block, so both stay outside of the lock.
  const uint64_t identity = entry.identity.load();
  const bool is_left = identity != 0 && identity == IdentityOf(descriptor);
  const std::string left = is_left ? FileOfDescriptor(descriptor) : "";
  const int duplicate = entry.duplicate.load();
  const std::string replaced =
      duplicate != 0 ? FileOfDescriptor(duplicate) : "";
  Outcome outcome;
  {
    const SignalSafeLock lock(replacements_mutex);
    outcome = GiveBack(descriptor, entry);
    entry.identity.store(0);
  }
  switch (outcome) {
    case Outcome::kNone:
      break;
    case Outcome::kLeft:
      ::close(descriptor);
      report.Add("open file", absl::StrCat(descriptor, " ", left));
      break;
    case Outcome::kLostAndLeft:
      ::close(descriptor);
      [[fallthrough]];
    case Outcome::kLost:
      report.Add("replaced descriptor",
                 absl::StrCat(descriptor, ", which can't be put back"));
      break;
    case Outcome::kReplacedSince:
      report.Add("replaced descriptor",
                 absl::StrCat(descriptor, " ", replaced,
                              ", which another module has replaced since"));
      break;
    case Outcome::kRestored:
      report.Add("replaced descriptor",
                 absl::StrCat(descriptor, " ", replaced));
      break;
    case Outcome::kRestoredOverLeft:
      report.Add("replaced descriptor",
                 absl::StrCat(descriptor, " ", replaced, " by ", left));
      break;
  }
}

bool Descriptors::HasReplaced(int descriptor) const {
  const KeepErrno keep;
  const Entry* entry = Find(descriptor);
  if (entry == nullptr || !Has(descriptor)) return false;
  const SignalSafeLock lock(replacements_mutex);
  return entry->duplicate.load() != 0 &&
         FindAbove(descriptor, *entry) == nullptr;
}

void Descriptors::Restore(int descriptor, ReclaimReport& report) {
  Entry* entry = Find(descriptor);
  if (entry == nullptr || entry->duplicate.load() == 0) return;
  ReclaimEntry(descriptor, *entry, report);
}

void Descriptors::Reclaim(ReclaimReport& report) {
  // Buffered output belongs to the file that is there now.
  if (const Entry* entry = Find(STDOUT_FILENO);
      entry != nullptr && entry->duplicate.load() != 0 && Has(STDOUT_FILENO)) {
    std::fflush(stdout);
  }
  const int highest = highest_.load();
  for (int descriptor = 0; descriptor <= highest; ++descriptor) {
    Entry* entry = Find(descriptor);
    if (entry == nullptr) {
      descriptor += kChunkEntries - 1;
      continue;
    }
    if (entry->identity.load() == 0 && entry->duplicate.load() == 0) continue;
    ReclaimEntry(descriptor, *entry, report);
  }
  highest_.store(-1);
}

std::unique_ptr<Resources> MakeDescriptors() {
  return std::make_unique<Descriptors>();
}

}  // namespace relib::platform
