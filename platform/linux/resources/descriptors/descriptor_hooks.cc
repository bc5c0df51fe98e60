#include <fcntl.h>
#include <netdb.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstring>

#include "platform/linux/resources/descriptors/descriptors.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

static_assert(sizeof(off_t) == 8, "open() and open64() are the same");

Descriptors& DescriptorsOf(void* resources) {
  return ResourcesOf<Descriptors>(resources);
}

int Record(void* resources, int descriptor) {
  DescriptorsOf(resources).Add(descriptor);
  return descriptor;
}

int RecordBoth(void* resources, int result, const int* descriptors) {
  if (result == 0) {
    DescriptorsOf(resources).Add(descriptors[0]);
    DescriptorsOf(resources).Add(descriptors[1]);
  }
  return result;
}

// The C library aborts if open() may create a file but is given no mode.
void CheckNeedsNoMode(int flags) {
  if (__OPEN_NEEDS_MODE(flags)) abort();
}

// Linux has it since 6.5; the headers of older C libraries lack them.
constexpr int kScmPidfd = 4;
constexpr int kPeerPidfd = 77;

// Returns whether ioctl() returns a new descriptor for this request. Requests
// that write a descriptor to a struct are not covered.
bool ReturnsDescriptor(unsigned long request) {
  const unsigned number = _IOC_NR(request);
  switch (_IOC_TYPE(request)) {
    case 'T':
      return request == TIOCGPTPEER;
    case 0xb7:
      // Namespaces: NS_GET_USERNS, NS_GET_PARENT, and the next or the previous
      // mount namespace.
      return number == 1 || number == 2 || number == 11 || number == 12;
    case 0xff:
      // PIDFD_GET_CGROUP_NAMESPACE and its relatives.
      return _IOC_SIZE(request) == 0 && number >= 1 && number <= 10;
    case 0xae:
      // KVM_CREATE_VM, KVM_CREATE_VCPU, KVM_GET_STATS_FD,
      // KVM_CREATE_GUEST_MEMFD.
      return number == 0x01 || number == 0x41 || number == 0xce ||
             number == 0xd4;
    case ';':
      // VFIO_GROUP_GET_DEVICE_FD.
      return number == 106;
    case 'u':
      // UDMABUF_CREATE, UDMABUF_CREATE_LIST.
      return number == 0x42 || number == 0x43;
    case 0xaa:
      // USERFAULTFD_IOC_NEW.
      return number == 0 && _IOC_SIZE(request) == 0;
    default:
      return false;
  }
}

void AddReceived(void* resources, msghdr* message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level != SOL_SOCKET ||
        (control->cmsg_type != SCM_RIGHTS && control->cmsg_type != kScmPidfd)) {
      continue;
    }
    const size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int descriptor;
      std::memcpy(&descriptor, CMSG_DATA(control) + i * sizeof(int),
                  sizeof(descriptor));
      DescriptorsOf(resources).Add(descriptor);
    }
  }
}

template <typename Replace>
int RecordReplacement(void* resources, int target, Replace replace) {
  Descriptors::Replacement replacement(DescriptorsOf(resources), target);
  if (!replacement.is_possible()) return -1;
  const int result = replace();
  if (result >= 0) replacement.Done();
  return result;
}

}  // namespace

int hooks::open(void* resources, const char* path, int flags, mode_t mode) {
  return Record(resources, ::open(path, flags, mode));
}

int hooks::open64(void* resources, const char* path, int flags, mode_t mode) {
  return Record(resources, ::open(path, flags, mode));
}

int hooks::openat(void* resources, int directory, const char* path, int flags,
                  mode_t mode) {
  return Record(resources, ::openat(directory, path, flags, mode));
}

int hooks::openat64(void* resources, int directory, const char* path, int flags,
                    mode_t mode) {
  return Record(resources, ::openat(directory, path, flags, mode));
}

int hooks::creat(void* resources, const char* path, mode_t mode) {
  return Record(resources, ::creat(path, mode));
}

int hooks::creat64(void* resources, const char* path, mode_t mode) {
  return Record(resources, ::creat(path, mode));
}

int hooks::__open_2(void* resources, const char* path, int flags) {
  CheckNeedsNoMode(flags);
  return Record(resources, ::open(path, flags, 0));
}

int hooks::__open64_2(void* resources, const char* path, int flags) {
  return hooks::__open_2(resources, path, flags);
}

int hooks::__openat_2(void* resources, int directory, const char* path,
                      int flags) {
  CheckNeedsNoMode(flags);
  return Record(resources, ::openat(directory, path, flags, 0));
}

int hooks::__openat64_2(void* resources, int directory, const char* path,
                        int flags) {
  return hooks::__openat_2(resources, directory, path, flags);
}

int hooks::mkstemp(void* resources, char* path) {
  return Record(resources, ::mkstemp(path));
}

int hooks::mkstemp64(void* resources, char* path) {
  return Record(resources, ::mkstemp(path));
}

int hooks::mkostemp(void* resources, char* path, int flags) {
  return Record(resources, ::mkostemp(path, flags));
}

int hooks::mkostemp64(void* resources, char* path, int flags) {
  return Record(resources, ::mkostemp(path, flags));
}

int hooks::mkstemps(void* resources, char* path, int suffix_size) {
  return Record(resources, ::mkstemps(path, suffix_size));
}

int hooks::mkstemps64(void* resources, char* path, int suffix_size) {
  return Record(resources, ::mkstemps(path, suffix_size));
}

int hooks::mkostemps(void* resources, char* path, int suffix_size, int flags) {
  return Record(resources, ::mkostemps(path, suffix_size, flags));
}

int hooks::mkostemps64(void* resources, char* path, int suffix_size,
                       int flags) {
  return Record(resources, ::mkostemps(path, suffix_size, flags));
}

int hooks::shm_open(void* resources, const char* name, int flags, mode_t mode) {
  return Record(resources, ::shm_open(name, flags, mode));
}

int hooks::memfd_create(void* resources, const char* name, unsigned flags) {
  return Record(resources, ::memfd_create(name, flags));
}

int hooks::pipe(void* resources, int* descriptors) {
  return RecordBoth(resources, ::pipe(descriptors), descriptors);
}

int hooks::pipe2(void* resources, int* descriptors, int flags) {
  return RecordBoth(resources, ::pipe2(descriptors, flags), descriptors);
}

int hooks::socket(void* resources, int domain, int type, int protocol) {
  return Record(resources, ::socket(domain, type, protocol));
}

int hooks::socketpair(void* resources, int domain, int type, int protocol,
                      int* descriptors) {
  return RecordBoth(resources,
                    ::socketpair(domain, type, protocol, descriptors),
                    descriptors);
}

int hooks::accept(void* resources, int socket, sockaddr* address,
                  socklen_t* size) {
  return Record(resources, ::accept(socket, address, size));
}

int hooks::accept4(void* resources, int socket, sockaddr* address,
                   socklen_t* size, int flags) {
  return Record(resources, ::accept4(socket, address, size, flags));
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
  return Record(resources, ::epoll_create(size));
}

int hooks::epoll_create1(void* resources, int flags) {
  return Record(resources, ::epoll_create1(flags));
}

int hooks::eventfd(void* resources, unsigned value, int flags) {
  return Record(resources, ::eventfd(value, flags));
}

int hooks::timerfd_create(void* resources, int clock, int flags) {
  return Record(resources, ::timerfd_create(clock, flags));
}

int hooks::signalfd(void* resources, int descriptor, const sigset_t* signals,
                    int flags) {
  const int result = ::signalfd(descriptor, signals, flags);
  // Otherwise, the descriptor existed before.
  return descriptor == -1 ? Record(resources, result) : result;
}

int hooks::inotify_init(void* resources) {
  return Record(resources, ::inotify_init());
}

int hooks::inotify_init1(void* resources, int flags) {
  return Record(resources, ::inotify_init1(flags));
}

int hooks::fanotify_init(void* resources, unsigned flags,
                         unsigned event_flags) {
  return Record(resources, ::fanotify_init(flags, event_flags));
}

int hooks::pidfd_open(void* resources, pid_t process, unsigned flags) {
  // glibc has a wrapper only since 2.36.
  return Record(resources,
                static_cast<int>(syscall(SYS_pidfd_open, process, flags)));
}

int hooks::pidfd_getfd(void* resources, int process, int target,
                       unsigned flags) {
  // Likewise.
  return Record(resources, static_cast<int>(syscall(SYS_pidfd_getfd, process,
                                                    target, flags)));
}

int hooks::open_by_handle_at(void* resources, int mount,
                             FileHandlePointer handle, int flags) {
  return Record(resources, ::open_by_handle_at(mount, handle, flags));
}

int hooks::posix_openpt(void* resources, int flags) {
  return Record(resources, ::posix_openpt(flags));
}

int hooks::getpt(void* resources) { return Record(resources, ::getpt()); }

int hooks::openpty(void* resources, int* master, int* slave, char* name,
                   const termios* settings, const winsize* size) {
  const int result = ::openpty(master, slave, name, settings, size);
  if (result == 0) {
    DescriptorsOf(resources).Add(*master);
    DescriptorsOf(resources).Add(*slave);
  }
  return result;
}

int hooks::forkpty(void* resources, int* master, char* name,
                   const termios* settings, const winsize* size) {
  const int child = ::forkpty(master, name, settings, size);
  if (child > 0) DescriptorsOf(resources).Add(*master);
  return child;
}

int hooks::dup(void* resources, int descriptor) {
  return Record(resources, ::dup(descriptor));
}

int hooks::dup2(void* resources, int descriptor, int target) {
  if (descriptor == target) return ::dup2(descriptor, target);
  return RecordReplacement(resources, target,
                           [=] { return ::dup2(descriptor, target); });
}

int hooks::dup3(void* resources, int descriptor, int target, int flags) {
  return RecordReplacement(resources, target,
                           [=] { return ::dup3(descriptor, target, flags); });
}

int hooks::fcntl(void* resources, int descriptor, int command, void* argument) {
  const int result = ::fcntl(descriptor, command, argument);
  return command == F_DUPFD || command == F_DUPFD_CLOEXEC
             ? Record(resources, result)
             : result;
}

int hooks::fcntl64(void* resources, int descriptor, int command,
                   void* argument) {
  return hooks::fcntl(resources, descriptor, command, argument);
}

int hooks::ioctl(void* resources, int descriptor, unsigned long request,
                 void* argument) {
  const int result = ::ioctl(descriptor, request, argument);
  return ReturnsDescriptor(request) ? Record(resources, result) : result;
}

int hooks::getsockopt(void* resources, int socket, int level, int option,
                      void* value, socklen_t* size) {
  const int result = ::getsockopt(socket, level, option, value, size);
  if (result == 0 && level == SOL_SOCKET && option == kPeerPidfd) {
    Record(resources, *static_cast<const int*>(value));
  }
  return result;
}

void hooks::fsopen(void* resources, int result, const char* /*file_system*/,
                   unsigned /*flags*/) {
  Record(resources, result);
}

void hooks::fsmount(void* resources, int result, int /*descriptor*/,
                    unsigned /*flags*/, unsigned /*attributes*/) {
  Record(resources, result);
}

void hooks::fspick(void* resources, int result, int /*directory*/,
                   const char* /*path*/, unsigned /*flags*/) {
  Record(resources, result);
}

void hooks::open_tree(void* resources, int result, int /*directory*/,
                      const char* /*path*/, unsigned /*flags*/) {
  Record(resources, result);
}

void hooks::pidfd_spawn(void* resources, int result, int* descriptor,
                        const char* /*path*/,
                        const posix_spawn_file_actions_t* /*actions*/,
                        const posix_spawnattr_t* /*attributes*/,
                        TextArray /*arguments*/, TextArray /*environment*/) {
  if (result == 0) Record(resources, *descriptor);
}

void hooks::pidfd_spawnp(void* resources, int result, int* descriptor,
                         const char* path,
                         const posix_spawn_file_actions_t* actions,
                         const posix_spawnattr_t* attributes,
                         TextArray arguments, TextArray environment) {
  hooks::pidfd_spawn(resources, result, descriptor, path, actions, attributes,
                     arguments, environment);
}

int hooks::rresvport(void* resources, int* port) {
  return Record(resources, ::rresvport(port));
}

int hooks::rresvport_af(void* resources, int* port, sa_family_t family) {
  return Record(resources, ::rresvport_af(port, family));
}

int hooks::rcmd(void* resources, char** host, unsigned short port,
                const char* local_user, const char* remote_user,
                const char* command, int* second) {
  return hooks::rcmd_af(resources, host, port, local_user, remote_user, command,
                        second, AF_INET);
}

int hooks::rcmd_af(void* resources, char** host, unsigned short port,
                   const char* local_user, const char* remote_user,
                   const char* command, int* second, sa_family_t family) {
  const int result =
      ::rcmd_af(host, port, local_user, remote_user, command, second, family);
  if (result >= 0 && second != nullptr) Record(resources, *second);
  return Record(resources, result);
}

int hooks::rexec(void* resources, char** host, int port, const char* user,
                 const char* password, const char* command, int* second) {
  return hooks::rexec_af(resources, host, port, user, password, command, second,
                         AF_INET);
}

int hooks::rexec_af(void* resources, char** host, int port, const char* user,
                    const char* password, const char* command, int* second,
                    sa_family_t family) {
  const int result =
      ::rexec_af(host, port, user, password, command, second, family);
  if (result >= 0 && second != nullptr) Record(resources, *second);
  return Record(resources, result);
}

int hooks::login_tty(void* resources, int descriptor) {
  Descriptors& descriptors = DescriptorsOf(resources);
  Descriptors::Replacement input(descriptors, STDIN_FILENO);
  Descriptors::Replacement output(descriptors, STDOUT_FILENO);
  Descriptors::Replacement errors(descriptors, STDERR_FILENO);
  if (!input.is_possible() || !output.is_possible() || !errors.is_possible()) {
    return -1;
  }
  const int result = ::login_tty(descriptor);
  if (result != 0) return result;
  // login_tty() closes a higher number.
  if (descriptor > STDERR_FILENO) descriptors.Remove(descriptor);
  input.Done();
  output.Done();
  errors.Done();
  return result;
}

int hooks::close(void* resources, int descriptor) {
  DescriptorsOf(resources).Remove(descriptor);
  return ::close(descriptor);
}

int hooks::close_range(void* resources, unsigned first, unsigned last,
                       int flags) {
  if ((flags & CLOSE_RANGE_CLOEXEC) == 0)
    DescriptorsOf(resources).RemoveRange(first, last);
  return ::close_range(first, last, flags);
}

void hooks::closefrom(void* resources, int first) {
  DescriptorsOf(resources).RemoveRange(
      static_cast<unsigned>(std::max(first, 0)), UINT_MAX);
  ::closefrom(first);
}

void hooks::relib_platform_release_descriptor(void* resources, int descriptor) {
  DescriptorsOf(resources).Release(descriptor);
}

}  // namespace relib::platform
