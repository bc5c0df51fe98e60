#include "platform/linux/estate/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "platform/linux/estate/resources.h"

namespace relib::platform {
namespace {

// What is done to record a call may not show in errno.
class KeepErrno {
 public:
  KeepErrno() = default;
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;
  ~KeepErrno() { errno = saved_; }

 private:
  const int saved_ = errno;
};

// Of what a descriptor refers to; zero if it isn't open. One number, so that it
// can be stored atomically.
uint64_t IdentityOf(int descriptor) {
  struct stat file;
  // Not fstat(), which takes the longer way of newfstatat() in glibc.
  if (syscall(SYS_fstat, descriptor, &file) != 0) return 0;
  uint64_t mixed = file.st_ino + 0x9e3779b97f4a7c15 * (file.st_dev + 1);
  mixed = (mixed ^ (mixed >> 31)) * 0xbf58476d1ce4e5b9;
  return mixed | 1;
}

// True if both are duplicates of one open file. Where the kernel doesn't tell,
// if both refer to the same file.
bool IsSameOpenFile(int descriptor, int other) {
  const pid_t process = getpid();
  const int64_t difference =
      syscall(SYS_kcmp, process, process, KCMP_FILE, descriptor, other);
  if (difference >= 0) return difference == 0;
  return IdentityOf(descriptor) == IdentityOf(other);
}

// Out of the way of who counts on the lowest free number.
constexpr int kLowestDuplicate = 10;

}  // namespace

std::string FileOfDescriptor(int descriptor) {
  char link[64];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  char target[PATH_MAX];
  const ssize_t size = readlink(link, target, sizeof(target));
  if (size < 0) return "";
  std::string_view text(target, size);
  // "pipe:[1234]", "anon_inode:[eventpoll]"
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

Descriptors::~Descriptors() {
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
    // Zeros are what entries begin with.
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

void Descriptors::Release(int descriptor) {
  const KeepErrno keep;
  Entry* entry = Find(descriptor);
  if (entry == nullptr) return;
  entry->identity.store(0);
  if (const int duplicate = entry->duplicate.exchange(0); duplicate != 0) {
    ::close(duplicate);
  }
}

Descriptors::Replacement::Replacement(Descriptors& descriptors, int target)
    : descriptors_(descriptors), target_(target) {
  const KeepErrno keep;
  const int flags = ::fcntl(target, F_GETFD);
  if (flags < 0 || descriptors.Has(target)) return;
  close_on_exec_ = (flags & FD_CLOEXEC) != 0;
  duplicate_ = ::fcntl(target, F_DUPFD_CLOEXEC, kLowestDuplicate);
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
  if (const int before = entry->duplicate.load();
      before != 0 && IsSameOpenFile(before, target_)) {
    // The module has put back what was there.
    entry->duplicate.store(0);
    entry->identity.store(0);
    ::close(before);
    return;
  }
  if (duplicate_ >= 0) {
    if (IsSameOpenFile(duplicate_, target_)) return;
    entry->duplicate_identity.store(IdentityOf(duplicate_));
    entry->close_on_exec.store(close_on_exec_);
    const int before = entry->duplicate.exchange(duplicate_);
    duplicate_ = -1;
    // Somebody else has replaced it since.
    if (before != 0) ::close(before);
  }
  entry->identity.store(IdentityOf(target_));
}

void Descriptors::SettleEntry(int descriptor, Entry& entry,
                              Settlement& settlement) {
  const uint64_t identity = entry.identity.load();
  const uint64_t current = IdentityOf(descriptor);
  const bool is_left = identity != 0 && identity == current;
  std::string text;
  if (is_left) text = DescribeDescriptor(descriptor);

  const int duplicate = entry.duplicate.load();
  if (duplicate == 0) {
    if (!is_left) return;
    ::close(descriptor);
    settlement.Add("open file", std::move(text));
    return;
  }
  if (IdentityOf(duplicate) != entry.duplicate_identity.load()) {
    // The duplicate was closed as well, by somebody who closes all there is.
    if (is_left) ::close(descriptor);
    settlement.Add("replaced descriptor",
                   absl::StrCat(descriptor, ", which can't be put back"));
    return;
  }
  // What was printed before now belongs to what is there now.
  if (is_left && descriptor == STDOUT_FILENO) std::fflush(stdout);
  const int flags = entry.close_on_exec.load() ? O_CLOEXEC : 0;
  if (is_left) {
    ::dup3(duplicate, descriptor, flags);
  } else if (identity == 0 && current == 0) {
    // The module closed it. Not dup3(), which would close what somebody opens
    // there at this moment.
    const int restored =
        ::fcntl(duplicate, flags != 0 ? F_DUPFD_CLOEXEC : F_DUPFD, descriptor);
    if (restored >= 0 && restored != descriptor) ::close(restored);
  }
  settlement.Add("replaced descriptor",
                 absl::StrCat(descriptor, " ", FileOfDescriptor(duplicate),
                              is_left ? " by " : "",
                              is_left ? text.substr(text.find(' ') + 1) : ""));
  ::close(duplicate);
}

void Descriptors::Settle(Settlement& settlement) {
  const int highest = highest_.load();
  for (int descriptor = 0; descriptor <= highest; ++descriptor) {
    Entry* entry = Find(descriptor);
    if (entry == nullptr) {
      descriptor += kChunkEntries - 1;
      continue;
    }
    SettleEntry(descriptor, *entry, settlement);
  }
  highest_.store(-1);
}

std::unique_ptr<Resources> make::descriptors() {
  return std::make_unique<Descriptors>();
}

namespace {

static_assert(sizeof(off_t) == 8, "open() and open64() are the same");

Descriptors& Of(void* estate) { return ResourcesOf<Descriptors>(estate); }

int Made(void* estate, int descriptor) {
  Of(estate).Add(descriptor);
  return descriptor;
}

int MadeTwo(void* estate, int result, const int* descriptors) {
  if (result == 0) {
    Of(estate).Add(descriptors[0]);
    Of(estate).Add(descriptors[1]);
  }
  return result;
}

// The C library ends a program that lets open() make a file and gives no mode.
void CheckNeedsNoMode(int flags) {
  if (__OPEN_NEEDS_MODE(flags)) abort();
}

void AddReceived(void* estate, msghdr* message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int descriptor;
      std::memcpy(&descriptor, CMSG_DATA(control) + i * sizeof(int),
                  sizeof(descriptor));
      Of(estate).Add(descriptor);
    }
  }
}

template <typename Replace>
int Replaced(void* estate, int target, Replace replace) {
  Descriptors::Replacement replacement(Of(estate), target);
  const int result = replace();
  if (result >= 0) replacement.Done();
  return result;
}

}  // namespace

int hooks::open(void* estate, const char* path, int flags, mode_t mode) {
  return Made(estate, ::open(path, flags, mode));
}

int hooks::open64(void* estate, const char* path, int flags, mode_t mode) {
  return Made(estate, ::open(path, flags, mode));
}

int hooks::openat(void* estate, int directory, const char* path, int flags,
                  mode_t mode) {
  return Made(estate, ::openat(directory, path, flags, mode));
}

int hooks::openat64(void* estate, int directory, const char* path, int flags,
                    mode_t mode) {
  return Made(estate, ::openat(directory, path, flags, mode));
}

int hooks::creat(void* estate, const char* path, mode_t mode) {
  return Made(estate, ::creat(path, mode));
}

int hooks::creat64(void* estate, const char* path, mode_t mode) {
  return Made(estate, ::creat(path, mode));
}

int hooks::__open_2(void* estate, const char* path, int flags) {
  CheckNeedsNoMode(flags);
  return Made(estate, ::open(path, flags, 0));
}

int hooks::__open64_2(void* estate, const char* path, int flags) {
  return hooks::__open_2(estate, path, flags);
}

int hooks::__openat_2(void* estate, int directory, const char* path,
                      int flags) {
  CheckNeedsNoMode(flags);
  return Made(estate, ::openat(directory, path, flags, 0));
}

int hooks::__openat64_2(void* estate, int directory, const char* path,
                        int flags) {
  return hooks::__openat_2(estate, directory, path, flags);
}

int hooks::mkstemp(void* estate, char* path) {
  return Made(estate, ::mkstemp(path));
}

int hooks::mkstemp64(void* estate, char* path) {
  return Made(estate, ::mkstemp(path));
}

int hooks::mkostemp(void* estate, char* path, int flags) {
  return Made(estate, ::mkostemp(path, flags));
}

int hooks::mkostemp64(void* estate, char* path, int flags) {
  return Made(estate, ::mkostemp(path, flags));
}

int hooks::mkstemps(void* estate, char* path, int suffix_size) {
  return Made(estate, ::mkstemps(path, suffix_size));
}

int hooks::mkstemps64(void* estate, char* path, int suffix_size) {
  return Made(estate, ::mkstemps(path, suffix_size));
}

int hooks::mkostemps(void* estate, char* path, int suffix_size, int flags) {
  return Made(estate, ::mkostemps(path, suffix_size, flags));
}

int hooks::mkostemps64(void* estate, char* path, int suffix_size, int flags) {
  return Made(estate, ::mkostemps(path, suffix_size, flags));
}

int hooks::shm_open(void* estate, const char* name, int flags, mode_t mode) {
  return Made(estate, ::shm_open(name, flags, mode));
}

int hooks::memfd_create(void* estate, const char* name, unsigned flags) {
  return Made(estate, ::memfd_create(name, flags));
}

int hooks::pipe(void* estate, int* descriptors) {
  return MadeTwo(estate, ::pipe(descriptors), descriptors);
}

int hooks::pipe2(void* estate, int* descriptors, int flags) {
  return MadeTwo(estate, ::pipe2(descriptors, flags), descriptors);
}

int hooks::socket(void* estate, int domain, int type, int protocol) {
  return Made(estate, ::socket(domain, type, protocol));
}

int hooks::socketpair(void* estate, int domain, int type, int protocol,
                      int* descriptors) {
  return MadeTwo(estate, ::socketpair(domain, type, protocol, descriptors),
                 descriptors);
}

int hooks::accept(void* estate, int socket, sockaddr* address,
                  socklen_t* size) {
  return Made(estate, ::accept(socket, address, size));
}

int hooks::accept4(void* estate, int socket, sockaddr* address, socklen_t* size,
                   int flags) {
  return Made(estate, ::accept4(socket, address, size, flags));
}

ssize_t hooks::recvmsg(void* estate, int socket, msghdr* message, int flags) {
  const ssize_t result = ::recvmsg(socket, message, flags);
  if (result >= 0) AddReceived(estate, message);
  return result;
}

int hooks::recvmmsg(void* estate, int socket, mmsghdr* messages, unsigned count,
                    int flags, timespec* timeout) {
  const int result = ::recvmmsg(socket, messages, count, flags, timeout);
  for (int i = 0; i < result; ++i) AddReceived(estate, &messages[i].msg_hdr);
  return result;
}

int hooks::epoll_create(void* estate, int size) {
  return Made(estate, ::epoll_create(size));
}

int hooks::epoll_create1(void* estate, int flags) {
  return Made(estate, ::epoll_create1(flags));
}

int hooks::eventfd(void* estate, unsigned value, int flags) {
  return Made(estate, ::eventfd(value, flags));
}

int hooks::timerfd_create(void* estate, int clock, int flags) {
  return Made(estate, ::timerfd_create(clock, flags));
}

int hooks::signalfd(void* estate, int descriptor, const sigset_t* signals,
                    int flags) {
  const int result = ::signalfd(descriptor, signals, flags);
  // Else it was there before.
  return descriptor == -1 ? Made(estate, result) : result;
}

int hooks::inotify_init(void* estate) { return Made(estate, ::inotify_init()); }

int hooks::inotify_init1(void* estate, int flags) {
  return Made(estate, ::inotify_init1(flags));
}

int hooks::fanotify_init(void* estate, unsigned flags, unsigned event_flags) {
  return Made(estate, ::fanotify_init(flags, event_flags));
}

int hooks::pidfd_open(void* estate, pid_t process, unsigned flags) {
  // glibc has the function since 2.36 only.
  return Made(estate,
              static_cast<int>(syscall(SYS_pidfd_open, process, flags)));
}

int hooks::pidfd_getfd(void* estate, int process, int target, unsigned flags) {
  // As pidfd_open().
  return Made(estate, static_cast<int>(
                          syscall(SYS_pidfd_getfd, process, target, flags)));
}

int hooks::open_by_handle_at(void* estate, int mount, FileHandlePointer handle,
                             int flags) {
  return Made(estate, ::open_by_handle_at(mount, handle, flags));
}

int hooks::posix_openpt(void* estate, int flags) {
  return Made(estate, ::posix_openpt(flags));
}

int hooks::getpt(void* estate) { return Made(estate, ::getpt()); }

int hooks::openpty(void* estate, int* master, int* slave, char* name,
                   const termios* settings, const winsize* size) {
  const int result = ::openpty(master, slave, name, settings, size);
  if (result == 0) {
    Of(estate).Add(*master);
    Of(estate).Add(*slave);
  }
  return result;
}

int hooks::forkpty(void* estate, int* master, char* name,
                   const termios* settings, const winsize* size) {
  const int child = ::forkpty(master, name, settings, size);
  if (child > 0) Of(estate).Add(*master);
  return child;
}

int hooks::dup(void* estate, int descriptor) {
  return Made(estate, ::dup(descriptor));
}

int hooks::dup2(void* estate, int descriptor, int target) {
  if (descriptor == target) return ::dup2(descriptor, target);
  return Replaced(estate, target, [=] { return ::dup2(descriptor, target); });
}

int hooks::dup3(void* estate, int descriptor, int target, int flags) {
  return Replaced(estate, target,
                  [=] { return ::dup3(descriptor, target, flags); });
}

int hooks::fcntl(void* estate, int descriptor, int command, void* argument) {
  const int result = ::fcntl(descriptor, command, argument);
  return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? Made(estate, result)
                                                          : result;
}

int hooks::fcntl64(void* estate, int descriptor, int command, void* argument) {
  return hooks::fcntl(estate, descriptor, command, argument);
}

int hooks::close(void* estate, int descriptor) {
  Of(estate).Remove(descriptor);
  return ::close(descriptor);
}

int hooks::close_range(void* estate, unsigned first, unsigned last, int flags) {
  if ((flags & CLOSE_RANGE_CLOEXEC) == 0) Of(estate).RemoveRange(first, last);
  return ::close_range(first, last, flags);
}

void hooks::closefrom(void* estate, int first) {
  Of(estate).RemoveRange(static_cast<unsigned>(std::max(first, 0)), UINT_MAX);
  ::closefrom(first);
}

void hooks::relib_platform_release_descriptor(void* estate, int descriptor) {
  Of(estate).Release(descriptor);
}

}  // namespace relib::platform
