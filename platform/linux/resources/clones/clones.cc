#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// Returns the time at which a thread or process started, which distinguishes it
// from a later one with the same number. Returns zero if it has ended.
uint64_t StartTimeOf(pid_t thread) {
  std::string text;
  for (const std::string& path :
       {absl::StrCat("/proc/self/task/", thread, "/stat"),
        absl::StrCat("/proc/", thread, "/stat")}) {
    std::ifstream file(path);
    text.assign(std::istreambuf_iterator<char>(file), {});
    if (!text.empty()) break;
  }
  // The name is in parentheses, and may contain any character.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return 0;
  // The state is the third field, and the time the twenty-second.
  std::string ignored;
  for (int field = 4; field < 22; ++field) fields >> ignored;
  uint64_t time = 0;
  fields >> time;
  return time;
}

// Returns whether there is a thread or process with this number.
bool Exists(pid_t id) {
  return tgkill(getpid(), id, 0) == 0 || kill(id, 0) == 0;
}

// Threads and processes that one module has made by clone() and that share its
// memory. The kernel starts them without the C library, so their end cannot be
// observed, except in /proc.
class Clones final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kClones;

  void Add(pid_t clone) {
    const KeepErrno keep;
    const uint64_t time = StartTimeOf(clone);
    if (time == 0 && !Exists(clone)) return;
    const std::lock_guard lock(mutex_);
    clones_[clone] = time;
  }

  std::vector<std::string> Obstacles() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> result;
    for (auto i = clones_.begin(); i != clones_.end();) {
      if (StartTimeOf(i->first) != i->second ||
          (i->second == 0 && !Exists(i->first))) {
        i = clones_.erase(i);
        continue;
      }
      result.push_back(absl::StrCat("thread ", i->first,
                                    ", which the module made by clone(), still "
                                    "runs in its memory; end it"));
      ++i;
    }
    return result;
  }

 private:
  mutable std::mutex mutex_;
  // By number: the time of its start, or zero if /proc can't be read.
  mutable std::map<pid_t, uint64_t> clones_;
};

}  // namespace

std::unique_ptr<Resources> MakeClones() { return std::make_unique<Clones>(); }

int hooks::clone(void* resources, CloneFunction function, void* stack,
                 int flags, void* argument, void* parent_thread,
                 void* thread_pointer, void* child_thread) {
  const int result = ::clone(function, stack, flags, argument, parent_thread,
                             thread_pointer, child_thread);
  // Otherwise, it has memory of its own, or has already left this one.
  if (result > 0 && (flags & CLONE_VM) != 0 && (flags & CLONE_VFORK) == 0) {
    ResourcesOf<Clones>(resources).Add(result);
  }
  return result;
}

}  // namespace relib::platform
