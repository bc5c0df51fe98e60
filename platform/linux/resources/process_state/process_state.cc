#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/host/thread_id.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

constexpr std::string_view kKindText = "process state";

// Returns a bit for each of Linux's signals.
uint64_t BitsOf(const sigset_t& signals) {
  uint64_t bits;
  static_assert(sizeof(signals) >= sizeof(bits));
  std::memcpy(&bits, &signals, sizeof(bits));
  return bits;
}

std::string DescribeSignals(uint64_t bits) {
  std::string text;
  for (int signal = 1; signal <= 64; ++signal) {
    if ((bits >> (signal - 1) & 1) == 0) continue;
    const char* name = sigabbrev_np(signal);
    absl::StrAppend(&text, text.empty() ? "" : " ",
                    name != nullptr ? absl::StrCat("SIG", name)
                                    : absl::StrCat("signal ", signal));
  }
  return text.empty() ? "nothing" : text;
}

// The signal masks that the module has changed, with their values before.
// Async-signal-safe: a thread changes only its own slot, and a signal handler
// takes only free slots.
class SignalMasks {
 public:
  void Changed(uint64_t before, uint64_t now) {
    if (before == now) return;
    const uint64_t thread = CurrentThreadId();
    for (Slot& slot : slots_) {
      if (slot.thread.load(std::memory_order_relaxed) != thread) continue;
      slot.now.store(now, std::memory_order_relaxed);
      if (slot.before.load(std::memory_order_relaxed) == now) slot.thread = 0;
      return;
    }
    for (Slot& slot : slots_) {
      uint64_t none = 0;
      if (!slot.thread.compare_exchange_strong(none, thread)) continue;
      slot.before.store(before, std::memory_order_relaxed);
      slot.now.store(now, std::memory_order_relaxed);
      return;
    }
  }

  void Report(ReclaimReport& report) const {
    for (const Slot& slot : slots_) {
      const uint64_t thread = slot.thread.load();
      // Skip threads that have ended.
      if (thread == 0 || tgkill(getpid(), static_cast<pid_t>(thread), 0) != 0) {
        continue;
      }
      report.Add(kKindText,
                 absl::StrCat("signal mask of thread ", thread, ": ",
                              DescribeSignals(slot.now.load()), ", was ",
                              DescribeSignals(slot.before.load())));
    }
  }

 private:
  // Changes on more threads than this are not recorded.
  static constexpr int kSlots = 64;

  struct Slot {
    std::atomic<uint64_t> thread = 0;
    std::atomic<uint64_t> before = 0;
    std::atomic<uint64_t> now = 0;
  };
  Slot slots_[kSlots];
};

std::optional<std::string> Value(const std::string& name) {
  const char* value = getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::string NameOf(std::string_view assignment) {
  return std::string(assignment.substr(0, assignment.find('=')));
}

// The environment variables that the module has changed, with their values
// before, and the strings of the module that are in the environment.
class Environment {
 public:
  // Must be called before the change.
  void BeforeChange(const std::string& name) {
    const std::lock_guard lock(mutex_);
    before_.try_emplace(name, Value(name));
  }
  void BeforeChangeOfAll() {
    for (char** variable = environ; variable != nullptr && *variable != nullptr;
         ++variable) {
      BeforeChange(NameOf(*variable));
    }
  }

  void Put(const char* assignment) {
    const std::lock_guard lock(mutex_);
    put_.insert(assignment);
  }

  // Replaces the module's strings by copies that the C library owns.
  void ReplaceStrings() {
    const std::lock_guard lock(mutex_);
    std::set<std::pair<std::string, std::string>> copies;
    for (char** variable = environ; variable != nullptr && *variable != nullptr;
         ++variable) {
      if (!put_.contains(*variable)) continue;
      const std::string_view text = *variable;
      const size_t equals = text.find('=');
      if (equals == std::string_view::npos) continue;
      copies.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    for (const auto& [name, value] : copies) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }

  void Report(ReclaimReport& report) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, before] : before_) {
      const std::optional<std::string> now = Value(name);
      if (now == before) continue;
      report.Add(kKindText,
                 absl::StrCat("environment variable ", name, ": ",
                              now.has_value() ? *now : "not set", ", was ",
                              before.has_value() ? *before : "not set"));
    }
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::optional<std::string>> before_;
  std::set<const char*> put_;
};

// State of the process or its threads that the module has changed. It is
// reported but not restored, because other code may rely on the new state by
// then.
class ProcessState final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kProcessState;

  // Async-signal-safe, because chdir() and umask() are.
  template <typename Change>
  int ChangeDirectory(Change change) {
    struct stat before = {};
    ::stat(".", &before);
    const int result = change();
    if (result == 0) {
      uint64_t none = 0;
      directory_inode_.compare_exchange_strong(none, before.st_ino);
      if (none == 0) directory_device_ = before.st_dev;
    }
    return result;
  }

  mode_t ChangeMask(mode_t mask) {
    const mode_t before = ::umask(mask);
    int unknown = -1;
    mask_before_.compare_exchange_strong(unknown, static_cast<int>(before));
    mask_now_ = static_cast<int>(mask);
    return before;
  }

  void BeforeLocaleChange() {
    const std::lock_guard lock(locale_mutex_);
    if (locale_before_.empty()) locale_before_ = ::setlocale(LC_ALL, nullptr);
  }

  SignalMasks& signal_masks() { return signal_masks_; }
  Environment& environment() { return environment_; }

  void LeaveImage(ReclaimReport& /*report*/) override {
    environment_.ReplaceStrings();
  }

  void Reclaim(ReclaimReport& report) override {
    struct stat now = {};
    if (const uint64_t inode = directory_inode_.load();
        inode != 0 && (::stat(".", &now) != 0 || now.st_ino != inode ||
                       now.st_dev != directory_device_.load())) {
      const std::unique_ptr<char, void (*)(void*)> path(getcwd(nullptr, 0),
                                                        free);
      report.Add(kKindText,
                 absl::StrCat("working directory: ",
                              path != nullptr ? path.get() : "unknown"));
    }
    if (const int before = mask_before_.load(); before != mask_now_.load()) {
      report.Add(kKindText, absl::StrFormat("umask: %03o, was %03o",
                                            mask_now_.load(), before));
    }
    if (!locale_before_.empty()) {
      const std::string_view now_name = ::setlocale(LC_ALL, nullptr);
      if (now_name != locale_before_) {
        report.Add(kKindText, absl::StrCat("locale: ", now_name, ", was ",
                                           locale_before_));
      }
    }
    environment_.Report(report);
    signal_masks_.Report(report);
  }

 private:
  // The inode of the working directory before the module changed it, or zero.
  std::atomic<uint64_t> directory_inode_ = 0;
  std::atomic<uint64_t> directory_device_ = 0;
  std::atomic<int> mask_before_ = -1;
  std::atomic<int> mask_now_ = -1;
  std::mutex locale_mutex_;
  std::string locale_before_;
  SignalMasks signal_masks_;
  Environment environment_;
};

ProcessState& StateOf(void* resources) {
  return ResourcesOf<ProcessState>(resources);
}

int ChangeMask(void* resources, int how, int signal) {
  sigset_t set;
  sigemptyset(&set);
  return sigaddset(&set, signal) == 0
             ? hooks::sigprocmask(resources, how, &set, nullptr)
             : -1;
}

}  // namespace

std::unique_ptr<Resources> MakeProcessState() {
  return std::make_unique<ProcessState>();
}

int hooks::chdir(void* resources, const char* path) {
  return StateOf(resources).ChangeDirectory([=] { return ::chdir(path); });
}

int hooks::fchdir(void* resources, int directory) {
  return StateOf(resources).ChangeDirectory(
      [=] { return ::fchdir(directory); });
}

mode_t hooks::umask(void* resources, mode_t mask) {
  return StateOf(resources).ChangeMask(mask);
}

char* hooks::setlocale(void* resources, int category, const char* locale) {
  if (locale != nullptr) StateOf(resources).BeforeLocaleChange();
  return ::setlocale(category, locale);
}

int hooks::sigprocmask(void* resources, int how, const sigset_t* signals,
                       sigset_t* previous) {
  const int error = hooks::pthread_sigmask(resources, how, signals, previous);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int hooks::pthread_sigmask(void* resources, int how, const sigset_t* signals,
                           sigset_t* previous) {
  sigset_t before;
  const int error = ::pthread_sigmask(how, signals, &before);
  if (error != 0) return error;
  if (signals != nullptr) {
    sigset_t now;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
    StateOf(resources).signal_masks().Changed(BitsOf(before), BitsOf(now));
  }
  if (previous != nullptr) *previous = before;
  return 0;
}

int hooks::sighold(void* resources, int signal) {
  return ChangeMask(resources, SIG_BLOCK, signal);
}

int hooks::sigrelse(void* resources, int signal) {
  return ChangeMask(resources, SIG_UNBLOCK, signal);
}

int hooks::putenv(void* resources, char* assignment) {
  StateOf(resources).environment().BeforeChange(NameOf(assignment));
  const int result = ::putenv(assignment);
  if (result == 0) StateOf(resources).environment().Put(assignment);
  return result;
}

int hooks::setenv(void* resources, const char* name, const char* value,
                  int overwrite) {
  if (name != nullptr) StateOf(resources).environment().BeforeChange(name);
  return ::setenv(name, value, overwrite);
}

int hooks::unsetenv(void* resources, const char* name) {
  if (name != nullptr) StateOf(resources).environment().BeforeChange(name);
  return ::unsetenv(name);
}

int hooks::clearenv(void* resources) {
  StateOf(resources).environment().BeforeChangeOfAll();
  return ::clearenv();
}

}  // namespace relib::platform
