#include "platform/host/subprocess.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/linux/host/unique_fd.h"

extern char** environ;

namespace relib::platform {
namespace {

constexpr int kKilled = 128 + SIGKILL;

// The time that Kill() gives the command to clean up, in which compilers delete
// their temporary files, before it sends SIGKILL.
constexpr absl::Duration kGrace = absl::Milliseconds(250);

// The leader of the command's session. The exit code comes through a pipe and
// not from waitpid(), because the program that relib lives in may ignore
// SIGCHLD or reap every child. The leader stays until this side closes its
// standard input, so that the number of the process group is ours as long as we
// may want to kill it. Its own standard error is closed: shells comment on
// signals.
constexpr char kLeader[] =
    "trap : HUP INT TERM\n"
    "exec 4>&2 2>/dev/null\n"
    "(exec /bin/sh -c \"$1\" </dev/null 2>&4 3>&- 4>&-)\n"
    "echo $? >&3\n"
    "exec >&- 3>&- 4>&-\n"
    "read -r line\n";
constexpr int kStatusFd = 3;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

// Both ends lie above the numbers that the child uses, also in a process that
// has closed its standard descriptors.
absl::StatusOr<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const UniqueFd low_read(fds[0]);
  const UniqueFd low_write(fds[1]);
  Pipe pipe{UniqueFd(fcntl(fds[0], F_DUPFD_CLOEXEC, kStatusFd + 2)),
            UniqueFd(fcntl(fds[1], F_DUPFD_CLOEXEC, kStatusFd + 2))};
  if (!pipe.read || !pipe.write) return absl::ErrnoToStatus(errno, "pipe");
  return pipe;
}

// True if a process of the group is alive. A zombie is not: in a container
// whose first process reaps nobody, it would be there forever.
bool GroupHasLiveProcess(pid_t group) {
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return false;
  bool alive = false;
  while (const dirent* entry = alive ? nullptr : readdir(proc)) {
    int pid;
    if (!absl::SimpleAtoi(entry->d_name, &pid)) continue;
    const std::string path = absl::StrCat("/proc/", pid, "/stat");
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char text[512];
    const ssize_t size = fd ? read(fd.get(), text, sizeof(text) - 1) : -1;
    if (size <= 0) continue;
    text[size] = '\0';
    // The name may hold anything, so the fields count from its end.
    const char* fields = strrchr(text, ')');
    char state;
    int parent, its_group;
    if (fields == nullptr ||
        sscanf(fields, ") %c %d %d", &state, &parent, &its_group) != 3) {
      continue;
    }
    alive = its_group == group && state != 'Z' && state != 'X';
  }
  closedir(proc);
  return alive;
}

void AwaitEndOfGroup(pid_t group) {
  // Only a process that hangs inside the kernel takes longer.
  const Deadline deadline = Deadline::After(absl::Seconds(10));
  absl::Duration pause = absl::Microseconds(200);
  while (kill(-group, 0) == 0 && !deadline.has_passed()) {
    if (pause > absl::Milliseconds(2) && !GroupHasLiveProcess(group)) return;
    absl::SleepFor(pause);
    pause = std::min(pause * 2, absl::Milliseconds(20));
  }
}

class ShellCommand final : public Subprocess {
 public:
  ShellCommand(pid_t leader, UniqueFd output, UniqueFd status, UniqueFd control,
               UniqueFd stop)
      : leader_(leader),
        output_fd_(std::move(output)),
        status_fd_(std::move(status)),
        control_fd_(std::move(control)),
        stop_fd_(std::move(stop)) {}

  ~ShellCommand() override {
    if (!IsOwner()) {
      // The thread doesn't exist in this process, and can't be joined.
      static_cast<void>(new std::thread(std::move(collector_)));
      return;
    }
    Kill();
    if (!collector_.joinable()) return;
    // A process that left the session may still hold the pipe open.
    eventfd_write(stop_fd_.get(), 1);
    collector_.join();
  }

  // Starts to collect the output. After an error, the command has been killed.
  absl::Status StartCollector() {
    absl::Status status;
    // No handler of the program for a standard signal runs on our thread. The
    // real-time signals stay as they are: by one of them, relib asks threads
    // for their stacks.
    sigset_t blocked, before;
    sigfillset(&blocked);
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
      if (!sigismember(&before, signal)) sigdelset(&blocked, signal);
    }
    pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
    try {
      collector_ = std::thread(&ShellCommand::Collect, this);
    } catch (const std::system_error& error) {
      status = absl::ResourceExhaustedError(
          absl::StrCat("can't start a thread for the output of the command: ",
                       error.what()));
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (status.ok()) return status;
    {
      const absl::MutexLock lock(mutex_);
      status_ = ExitStatus{kKilled};
    }
    Kill();
    return status;
  }

  std::optional<ExitStatus> Wait(absl::Duration timeout) override {
    if (!IsOwner()) return ExitStatus{kKilled};
    absl::MutexLock lock(mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &ShellCommand::Ended),
                            timeout);
    output_ += collected_;
    collected_.clear();
    return status_;
  }

  const std::string& output() const override { return output_; }

  void Kill() override {
    if (killed_ || !IsOwner()) return;
    killed_ = true;
    {
      absl::MutexLock lock(mutex_);
      if (!Ended()) {
        ended_by_kill_ = true;
        kill(-leader_, SIGTERM);
        mutex_.AwaitWithTimeout(absl::Condition(this, &ShellCommand::Ended),
                                kGrace);
      }
    }
    kill(-leader_, SIGKILL);
    while (waitpid(leader_, nullptr, 0) == -1 && errno == EINTR) {
    }
    AwaitEndOfGroup(leader_);
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(this, &ShellCommand::Ended));
  }

 private:
  // Returns false in a child that was made by fork(): the command isn't its
  // own, and another thread may have held the mutex.
  bool IsOwner() const { return getpid() == owner_; }

  bool Ended() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return status_.has_value();
  }

  // Takes what is in the pipe now. False at its end.
  bool ReadOutput() {
    char buffer[16384];
    while (true) {
      const ssize_t size = read(output_fd_.get(), buffer, sizeof(buffer));
      if (size > 0) {
        absl::MutexLock lock(mutex_);
        collected_.append(buffer, size);
      } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
        return false;
      } else if (errno == EAGAIN) {
        return true;
      }
    }
  }

  void Collect() {
    std::string status;
    pollfd fds[] = {{output_fd_.get(), POLLIN, 0},
                    {status_fd_.get(), POLLIN, 0},
                    {stop_fd_.get(), POLLIN, 0}};
    while (fds[2].revents == 0) {
      if (poll(fds, std::size(fds), -1) < 0) continue;
      if (fds[0].revents != 0 && !ReadOutput()) fds[0].fd = -1;
      if (fds[1].revents == 0) continue;
      char buffer[16];
      const ssize_t size = read(status_fd_.get(), buffer, sizeof(buffer));
      if (size < 0) continue;
      status.append(buffer, size);
      if (size > 0 && status.back() != '\n') continue;
      fds[1].fd = -1;
      // Everything that the command wrote before its end is in the pipe by now.
      if (fds[0].fd >= 0 && !ReadOutput()) fds[0].fd = -1;
      absl::MutexLock lock(mutex_);
      int code;
      // Without a word from the leader, somebody killed it.
      if (ended_by_kill_ || !absl::SimpleAtoi(status, &code)) code = kKilled;
      status_ = ExitStatus{code};
    }
  }

  const pid_t owner_ = getpid();
  const pid_t leader_;
  const UniqueFd output_fd_;
  const UniqueFd status_fd_;
  const UniqueFd control_fd_;
  const UniqueFd stop_fd_;
  bool killed_ = false;
  std::string output_;

  absl::Mutex mutex_;
  std::string collected_ ABSL_GUARDED_BY(mutex_);
  bool ended_by_kill_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<ExitStatus> status_ ABSL_GUARDED_BY(mutex_);
  std::thread collector_;
};

// The arguments of posix_spawn() that must be destroyed.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  posix_spawn_file_actions_t* actions() { return &actions_; }
  posix_spawnattr_t* attributes() { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

std::string ExitStatus::ToString() const {
  const char* signal = code > 128 ? sigdescr_np(code - 128) : nullptr;
  if (signal == nullptr) return absl::StrCat("exit code ", code);
  return absl::StrCat("signal ", code - 128, " (", signal, ")");
}

absl::StatusOr<std::unique_ptr<Subprocess>> Subprocess::Start(
    const std::string& command, const std::string& working_directory) {
  if (!working_directory.empty()) {
    struct stat info;
    if (stat(working_directory.c_str(), &info) != 0) {
      return absl::ErrnoToStatus(
          errno, absl::StrCat("working directory ", working_directory));
    }
  }
  absl::StatusOr<Pipe> output = MakePipe();
  if (!output.ok()) return output.status();
  absl::StatusOr<Pipe> status = MakePipe();
  if (!status.ok()) return status.status();
  absl::StatusOr<Pipe> control = MakePipe();
  if (!control.ok()) return control.status();
  UniqueFd stop(eventfd(0, EFD_CLOEXEC));
  if (!stop) return absl::ErrnoToStatus(errno, "eventfd");
  // Our end alone: the two ends of a pipe have flags of their own.
  fcntl(output->read.get(), F_SETFL, O_NONBLOCK);

  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(plan.actions(), control->read.get(),
                                   STDIN_FILENO);
  posix_spawn_file_actions_adddup2(plan.actions(), output->write.get(),
                                   STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(plan.actions(), output->write.get(),
                                   STDERR_FILENO);
  posix_spawn_file_actions_adddup2(plan.actions(), status->write.get(),
                                   kStatusFd);
  posix_spawn_file_actions_addclosefrom_np(plan.actions(), kStatusFd + 1);
  if (!working_directory.empty()) {
    posix_spawn_file_actions_addchdir_np(plan.actions(),
                                         working_directory.c_str());
  }
  sigset_t signals;
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(plan.attributes(), &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(plan.attributes(), &signals);
  posix_spawnattr_setflags(plan.attributes(), POSIX_SPAWN_SETSID |
                                                  POSIX_SPAWN_SETSIGDEF |
                                                  POSIX_SPAWN_SETSIGMASK);

  std::string shell_command = command;
  std::string shell = "sh";
  std::string option = "-c";
  std::string leader_script = kLeader;
  char* argv[] = {shell.data(), option.data(),        leader_script.data(),
                  shell.data(), shell_command.data(), nullptr};
  pid_t leader;
  const int error = posix_spawn(&leader, "/bin/sh", plan.actions(),
                                plan.attributes(), argv, environ);
  if (error != 0) {
    return absl::ErrnoToStatus(
        error, working_directory.empty()
                   ? "run /bin/sh"
                   : absl::StrCat("run /bin/sh in ", working_directory));
  }
  auto started = std::make_unique<ShellCommand>(
      leader, std::move(output->read), std::move(status->read),
      std::move(control->write), std::move(stop));
  absl::Status collects = started->StartCollector();
  if (!collects.ok()) return collects;
  return started;
}

}  // namespace relib::platform
