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
#include <fstream>
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
#include "platform/linux/host/keep_errno.h"
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
// before and after, and the strings of the module that are in the environment.
class Environment {
 public:
  // Calls `change`, which sets or removes the variable.
  template <typename Change>
  int ChangeOne(const std::string& name, Change change) {
    const std::lock_guard lock(mutex_);
    const std::optional<std::string> before = Value(name);
    const int result = change();
    Record(name, before);
    return result;
  }

  template <typename Change>
  int ChangeAll(Change change) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::optional<std::string>> before;
    for (char** variable = environ; variable != nullptr && *variable != nullptr;
         ++variable) {
      const std::string name = NameOf(*variable);
      before.try_emplace(name, Value(name));
    }
    const int result = change();
    for (const auto& [name, value] : before) Record(name, value);
    return result;
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
      // The module may have changed its string since putenv().
      changes_[name].after = value;
    }
  }

  void Report(ReclaimReport& report) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, change] : changes_) {
      const auto& [before, after] = change;
      const std::optional<std::string> now = Value(name);
      if (now == before || now != after) continue;
      report.Add(kKindText,
                 absl::StrCat("environment variable ", name, ": ",
                              now.has_value() ? *now : "not set", ", was ",
                              before.has_value() ? *before : "not set"));
    }
  }

 private:
  struct Change {
    std::optional<std::string> before;
    std::optional<std::string> after;
  };

  void Record(const std::string& name,
              const std::optional<std::string>& before) {
    const auto [found, is_new] = changes_.try_emplace(name);
    Change& change = found->second;
    // Otherwise, this is a further change by the module, unless other code has
    // changed the variable since.
    if (is_new || change.after != before) change.before = before;
    change.after = Value(name);
  }

  std::mutex mutex_;
  std::map<std::string, Change> changes_;
  std::set<const char*> put_;
};

// Returns the umask without changing it, or -1.
int CurrentMask() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "Umask:") continue;
    unsigned mask = 0;
    status >> std::oct >> mask;
    return static_cast<int>(mask);
  }
  return -1;
}

// State of the process or its threads that the module has changed. It is
// reported but not restored, because other code may rely on the new state by
// then. A state that other code has set since is not reported.
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
      const KeepErrno keep;
      uint64_t none = 0;
      directory_before_.inode.compare_exchange_strong(none, before.st_ino);
      if (none == 0) directory_before_.device = before.st_dev;
      struct stat now = {};
      ::stat(".", &now);
      directory_now_.inode = now.st_ino;
      directory_now_.device = now.st_dev;
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

  char* ChangeLocale(int category, const char* locale) {
    const std::lock_guard lock(locale_mutex_);
    if (locale_before_.empty()) locale_before_ = ::setlocale(LC_ALL, nullptr);
    // The result may be the memory that the next call overwrites, unless that
    // call asks for the same.
    char* result = ::setlocale(category, locale);
    if (result == nullptr) return result;
    locale_now_ = ::setlocale(LC_ALL, nullptr);
    return ::setlocale(category, nullptr);
  }

  SignalMasks& signal_masks() { return signal_masks_; }
  Environment& environment() { return environment_; }

  void LeaveImage(ReclaimReport& /*report*/) override {
    environment_.ReplaceStrings();
  }

  void Reclaim(ReclaimReport& report) override {
    if (struct stat now = {};
        directory_before_.inode.load() != 0 && ::stat(".", &now) == 0 &&
        directory_now_.Is(now) && !directory_before_.Is(now)) {
      const std::unique_ptr<char, void (*)(void*)> path(getcwd(nullptr, 0),
                                                        free);
      report.Add(kKindText,
                 absl::StrCat("working directory: ",
                              path != nullptr ? path.get() : "unknown"));
    }
    if (const int before = mask_before_.load(), now = mask_now_.load();
        before != now && now == CurrentMask()) {
      report.Add(kKindText,
                 absl::StrFormat("umask: %03o, was %03o", now, before));
    }
    if (!locale_before_.empty()) {
      const std::string_view now_name = ::setlocale(LC_ALL, nullptr);
      if (now_name != locale_before_ && now_name == locale_now_) {
        report.Add(kKindText, absl::StrCat("locale: ", now_name, ", was ",
                                           locale_before_));
      }
    }
    environment_.Report(report);
    signal_masks_.Report(report);
  }

 private:
  struct Directory {
    // Zero if the directory is unknown.
    std::atomic<uint64_t> inode = 0;
    std::atomic<uint64_t> device = 0;

    bool Is(const struct stat& file) const {
      return file.st_ino == inode.load() && file.st_dev == device.load();
    }
  };

  // The working directory before and after the module changed it.
  Directory directory_before_;
  Directory directory_now_;
  std::atomic<int> mask_before_ = -1;
  std::atomic<int> mask_now_ = -1;
  std::mutex locale_mutex_;
  std::string locale_before_;
  std::string locale_now_;
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
  return locale == nullptr ? ::setlocale(category, locale)
                           : StateOf(resources).ChangeLocale(category, locale);
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
  Environment& environment = StateOf(resources).environment();
  const int result = environment.ChangeOne(
      NameOf(assignment), [=] { return ::putenv(assignment); });
  if (result == 0) environment.Put(assignment);
  return result;
}

int hooks::setenv(void* resources, const char* name, const char* value,
                  int overwrite) {
  if (name == nullptr) return ::setenv(name, value, overwrite);
  return StateOf(resources).environment().ChangeOne(
      name, [=] { return ::setenv(name, value, overwrite); });
}

int hooks::unsetenv(void* resources, const char* name) {
  // As the C library does, whose header forbids to call it with null.
  if (name == nullptr) {
    errno = EINVAL;
    return -1;
  }
  return StateOf(resources).environment().ChangeOne(
      name, [=] { return ::unsetenv(name); });
}

int hooks::clearenv(void* resources) {
  return StateOf(resources).environment().ChangeAll(
      [] { return ::clearenv(); });
}

}  // namespace relib::platform
