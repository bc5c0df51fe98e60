#include "platform/linux/resources/descriptors/descriptors.h"

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
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// Preserves errno while a call is being recorded.
class KeepErrno {
 public:
  KeepErrno() = default;
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;
  ~KeepErrno() { errno = saved_; }

 private:
  const int saved_ = errno;
};

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
    // The module has restored the replaced file.
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
    // Other code has replaced the file since the module did.
    if (before != 0) ::close(before);
  }
  entry->identity.store(IdentityOf(target_));
}

void Descriptors::ReclaimEntry(int descriptor, Entry& entry,
                               ReclaimReport& report) {
  const uint64_t identity = entry.identity.load();
  const uint64_t current = IdentityOf(descriptor);
  const bool is_left = identity != 0 && identity == current;
  std::string text;
  if (is_left) text = DescribeDescriptor(descriptor);

  const int duplicate = entry.duplicate.load();
  if (duplicate == 0) {
    if (!is_left) return;
    ::close(descriptor);
    report.Add("open file", std::move(text));
    return;
  }
  if (IdentityOf(duplicate) != entry.duplicate_identity.load()) {
    // Something that closes all descriptors has closed the duplicate as well.
    if (is_left) ::close(descriptor);
    report.Add("replaced descriptor",
               absl::StrCat(descriptor, ", which can't be put back"));
    return;
  }
  // Buffered output belongs to the file that is there now.
  if (is_left && descriptor == STDOUT_FILENO) std::fflush(stdout);
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
  report.Add("replaced descriptor",
             absl::StrCat(descriptor, " ", FileOfDescriptor(duplicate),
                          is_left ? " by " : "",
                          is_left ? text.substr(text.find(' ') + 1) : ""));
  ::close(duplicate);
}

void Descriptors::Reclaim(ReclaimReport& report) {
  const int highest = highest_.load();
  for (int descriptor = 0; descriptor <= highest; ++descriptor) {
    Entry* entry = Find(descriptor);
    if (entry == nullptr) {
      descriptor += kChunkEntries - 1;
      continue;
    }
    ReclaimEntry(descriptor, *entry, report);
  }
  highest_.store(-1);
}

std::unique_ptr<Resources> MakeDescriptors() {
  return std::make_unique<Descriptors>();
}

namespace {

static_assert(sizeof(off_t) == 8, "open() and open64() are the same");

Descriptors& Of(void* resources) { return ResourcesOf<Descriptors>(resources); }

int Made(void* resources, int descriptor) {
  Of(resources).Add(descriptor);
  return descriptor;
}

int MadeTwo(void* resources, int result, const int* descriptors) {
  if (result == 0) {
    Of(resources).Add(descriptors[0]);
    Of(resources).Add(descriptors[1]);
  }
  return result;
}

// The C library aborts if open() may create a file but is given no mode.
void CheckNeedsNoMode(int flags) {
  if (__OPEN_NEEDS_MODE(flags)) abort();
}

void AddReceived(void* resources, msghdr* message) {
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
      Of(resources).Add(descriptor);
    }
  }
}

template <typename Replace>
int Replaced(void* resources, int target, Replace replace) {
  Descriptors::Replacement replacement(Of(resources), target);
  const int result = replace();
  if (result >= 0) replacement.Done();
  return result;
}

}  // namespace

int hooks::open(void* resources, const char* path, int flags, mode_t mode) {
  return Made(resources, ::open(path, flags, mode));
}

int hooks::open64(void* resources, const char* path, int flags, mode_t mode) {
  return Made(resources, ::open(path, flags, mode));
}

int hooks::openat(void* resources, int directory, const char* path, int flags,
                  mode_t mode) {
  return Made(resources, ::openat(directory, path, flags, mode));
}

int hooks::openat64(void* resources, int directory, const char* path, int flags,
                    mode_t mode) {
  return Made(resources, ::openat(directory, path, flags, mode));
}

int hooks::creat(void* resources, const char* path, mode_t mode) {
  return Made(resources, ::creat(path, mode));
}

int hooks::creat64(void* resources, const char* path, mode_t mode) {
  return Made(resources, ::creat(path, mode));
}

int hooks::__open_2(void* resources, const char* path, int flags) {
  CheckNeedsNoMode(flags);
  return Made(resources, ::open(path, flags, 0));
}

int hooks::__open64_2(void* resources, const char* path, int flags) {
  return hooks::__open_2(resources, path, flags);
}

int hooks::__openat_2(void* resources, int directory, const char* path,
                      int flags) {
  CheckNeedsNoMode(flags);
  return Made(resources, ::openat(directory, path, flags, 0));
}

int hooks::__openat64_2(void* resources, int directory, const char* path,
                        int flags) {
  return hooks::__openat_2(resources, directory, path, flags);
}

int hooks::mkstemp(void* resources, char* path) {
  return Made(resources, ::mkstemp(path));
}

int hooks::mkstemp64(void* resources, char* path) {
  return Made(resources, ::mkstemp(path));
}

int hooks::mkostemp(void* resources, char* path, int flags) {
  return Made(resources, ::mkostemp(path, flags));
}

int hooks::mkostemp64(void* resources, char* path, int flags) {
  return Made(resources, ::mkostemp(path, flags));
}

int hooks::mkstemps(void* resources, char* path, int suffix_size) {
  return Made(resources, ::mkstemps(path, suffix_size));
}

int hooks::mkstemps64(void* resources, char* path, int suffix_size) {
  return Made(resources, ::mkstemps(path, suffix_size));
}

int hooks::mkostemps(void* resources, char* path, int suffix_size, int flags) {
  return Made(resources, ::mkostemps(path, suffix_size, flags));
}

int hooks::mkostemps64(void* resources, char* path, int suffix_size,
                       int flags) {
  return Made(resources, ::mkostemps(path, suffix_size, flags));
}

int hooks::shm_open(void* resources, const char* name, int flags, mode_t mode) {
  return Made(resources, ::shm_open(name, flags, mode));
}

int hooks::memfd_create(void* resources, const char* name, unsigned flags) {
  return Made(resources, ::memfd_create(name, flags));
}

int hooks::pipe(void* resources, int* descriptors) {
  return MadeTwo(resources, ::pipe(descriptors), descriptors);
}

int hooks::pipe2(void* resources, int* descriptors, int flags) {
  return MadeTwo(resources, ::pipe2(descriptors, flags), descriptors);
}

int hooks::socket(void* resources, int domain, int type, int protocol) {
  return Made(resources, ::socket(domain, type, protocol));
}

int hooks::socketpair(void* resources, int domain, int type, int protocol,
                      int* descriptors) {
  return MadeTwo(resources, ::socketpair(domain, type, protocol, descriptors),
                 descriptors);
}

int hooks::accept(void* resources, int socket, sockaddr* address,
                  socklen_t* size) {
  return Made(resources, ::accept(socket, address, size));
}

int hooks::accept4(void* resources, int socket, sockaddr* address,
                   socklen_t* size, int flags) {
  return Made(resources, ::accept4(socket, address, size, flags));
}

ssize_t hooks::recvmsg(void* resources, int socket, msghdr* message,
                       int flags) {
  const ssize_t result = ::recvmsg(socket, message, flags);
  if (result >= 0) AddReceived(resources, message);
  return result;
}

int hooks::recvmmsg(void* resources, int socket, mmsghdr* messages,
                    unsigned count, int flags, timespec* timeout) {
  const int result = ::recvmmsg(socket, messages, count, flags, timeout);
  for (int i = 0; i < result; ++i) AddReceived(resources, &messages[i].msg_hdr);
  return result;
}

int hooks::epoll_create(void* resources, int size) {
  return Made(resources, ::epoll_create(size));
}

int hooks::epoll_create1(void* resources, int flags) {
  return Made(resources, ::epoll_create1(flags));
}

int hooks::eventfd(void* resources, unsigned value, int flags) {
  return Made(resources, ::eventfd(value, flags));
}

int hooks::timerfd_create(void* resources, int clock, int flags) {
  return Made(resources, ::timerfd_create(clock, flags));
}

int hooks::signalfd(void* resources, int descriptor, const sigset_t* signals,
                    int flags) {
  const int result = ::signalfd(descriptor, signals, flags);
  // Otherwise, the descriptor existed before.
  return descriptor == -1 ? Made(resources, result) : result;
}

int hooks::inotify_init(void* resources) {
  return Made(resources, ::inotify_init());
}

int hooks::inotify_init1(void* resources, int flags) {
  return Made(resources, ::inotify_init1(flags));
}

int hooks::fanotify_init(void* resources, unsigned flags,
                         unsigned event_flags) {
  return Made(resources, ::fanotify_init(flags, event_flags));
}

int hooks::pidfd_open(void* resources, pid_t process, unsigned flags) {
  // glibc has a wrapper only since 2.36.
  return Made(resources,
              static_cast<int>(syscall(SYS_pidfd_open, process, flags)));
}

int hooks::pidfd_getfd(void* resources, int process, int target,
                       unsigned flags) {
  // Likewise.
  return Made(resources, static_cast<int>(
                             syscall(SYS_pidfd_getfd, process, target, flags)));
}

int hooks::open_by_handle_at(void* resources, int mount,
                             FileHandlePointer handle, int flags) {
  return Made(resources, ::open_by_handle_at(mount, handle, flags));
}

int hooks::posix_openpt(void* resources, int flags) {
  return Made(resources, ::posix_openpt(flags));
}

int hooks::getpt(void* resources) { return Made(resources, ::getpt()); }

int hooks::openpty(void* resources, int* master, int* slave, char* name,
                   const termios* settings, const winsize* size) {
  const int result = ::openpty(master, slave, name, settings, size);
  if (result == 0) {
    Of(resources).Add(*master);
    Of(resources).Add(*slave);
  }
  return result;
}

int hooks::forkpty(void* resources, int* master, char* name,
                   const termios* settings, const winsize* size) {
  const int child = ::forkpty(master, name, settings, size);
  if (child > 0) Of(resources).Add(*master);
  return child;
}

int hooks::dup(void* resources, int descriptor) {
  return Made(resources, ::dup(descriptor));
}

int hooks::dup2(void* resources, int descriptor, int target) {
  if (descriptor == target) return ::dup2(descriptor, target);
  return Replaced(resources, target,
                  [=] { return ::dup2(descriptor, target); });
}

int hooks::dup3(void* resources, int descriptor, int target, int flags) {
  return Replaced(resources, target,
                  [=] { return ::dup3(descriptor, target, flags); });
}

int hooks::fcntl(void* resources, int descriptor, int command, void* argument) {
  const int result = ::fcntl(descriptor, command, argument);
  return command == F_DUPFD || command == F_DUPFD_CLOEXEC
             ? Made(resources, result)
             : result;
}

int hooks::fcntl64(void* resources, int descriptor, int command,
                   void* argument) {
  return hooks::fcntl(resources, descriptor, command, argument);
}

int hooks::close(void* resources, int descriptor) {
  Of(resources).Remove(descriptor);
  return ::close(descriptor);
}

int hooks::close_range(void* resources, unsigned first, unsigned last,
                       int flags) {
  if ((flags & CLOSE_RANGE_CLOEXEC) == 0)
    Of(resources).RemoveRange(first, last);
  return ::close_range(first, last, flags);
}

void hooks::closefrom(void* resources, int first) {
  Of(resources).RemoveRange(static_cast<unsigned>(std::max(first, 0)),
                            UINT_MAX);
  ::closefrom(first);
}

void hooks::relib_platform_release_descriptor(void* resources, int descriptor) {
  Of(resources).Release(descriptor);
}

}  // namespace relib::platform
