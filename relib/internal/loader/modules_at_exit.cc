#include "relib/internal/loader/modules_at_exit.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/host/fork.h"
#include "platform/host/process_exit.h"
#include "platform/host/thread_id.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/options.h"

namespace relib::internal {
namespace {

struct Modules {
  // A child of fork() needs the mutex in exit().
  std::mutex mutex;
  // Signaled when `unloading` has changed.
  std::condition_variable changed;
  // By the order in which they were loaded.
  std::map<uint64_t, LoadedModule*> loaded;
  uint64_t last_number = 0;
  // Threads that unload modules. In a child of fork(), also those of its
  // parent.
  struct Unload {
    uint64_t thread;
    uint64_t process;
  };
  std::vector<Unload> unloading;
  bool process_exits = false;
};

void LeaveModules();

Modules& GetModules() {
  static Modules& modules = *[] {
    platform::BeforeModulesExit(LeaveModules);
    return &platform::ForkSafe<Modules>();
  }();
  return modules;
}

// Created before the program can fork: a child that is forked during the first
// use would wait for its end forever.
[[maybe_unused]] const Modules& modules_at_start = GetModules();

void LeaveModules() {
  Modules& modules = GetModules();
  const auto deadline = platform::Deadline::After(UnloadOptions().deadline);
  std::vector<LoadedModule*> left;
  {
    std::unique_lock lock(modules.mutex);
    modules.process_exits = true;
    // A destructor of a module may call exit(): don't wait for this thread.
    modules.changed.wait_until(lock, deadline.time(), [&modules] {
      return std::none_of(modules.unloading.begin(), modules.unloading.end(),
                          [](const Modules::Unload& unload) {
                            return unload.process ==
                                       platform::CurrentProcessId() &&
                                   unload.thread != platform::CurrentThreadId();
                          });
    });
    for (auto module = modules.loaded.rbegin(); module != modules.loaded.rend();
         ++module) {
      left.push_back(module->second);
    }
  }
  // No module is destroyed any more.
  for (LoadedModule* module : left) module->BeforeProcessExits(deadline);
}

}  // namespace

bool ProcessExits() {
  Modules& modules = GetModules();
  const std::lock_guard lock(modules.mutex);
  return modules.process_exits;
}

bool AddModule(LoadedModule& module) {
  Modules& modules = GetModules();
  const std::lock_guard lock(modules.mutex);
  if (modules.process_exits) return false;
  module.set_load_number(++modules.last_number);
  modules.loaded.emplace(module.load_number(), &module);
  return true;
}

bool BeginUnloadOf(LoadedModule& module) {
  Modules& modules = GetModules();
  const std::lock_guard lock(modules.mutex);
  if (modules.process_exits) return false;
  modules.loaded.erase(module.load_number());
  modules.unloading.push_back({.thread = platform::CurrentThreadId(),
                               .process = platform::CurrentProcessId()});
  return true;
}

void EndUnloadOf(LoadedModule& module, bool unloaded) {
  Modules& modules = GetModules();
  const std::lock_guard lock(modules.mutex);
  if (!unloaded) modules.loaded.emplace(module.load_number(), &module);
  const auto unload =
      std::find_if(modules.unloading.rbegin(), modules.unloading.rend(),
                   [](const Modules::Unload& each) {
                     return each.process == platform::CurrentProcessId() &&
                            each.thread == platform::CurrentThreadId();
                   });
  // Not found in a child of fork() that a destructor of the module has made.
  if (unload != modules.unloading.rend()) {
    modules.unloading.erase(std::next(unload).base());
  }
  modules.changed.notify_all();
}

void ForgetModule(LoadedModule& module) {
  Modules& modules = GetModules();
  const std::lock_guard lock(modules.mutex);
  modules.loaded.erase(module.load_number());
}

}  // namespace relib::internal
