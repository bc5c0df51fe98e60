#include "platform/host/module_resources.h"

#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/fork.h"
#include "platform/host/thread_id.h"
#include "platform/linux/agent/agent_binding.h"
#include "platform/linux/resources/heap/heap.h"
#include "platform/linux/resources/keys/keys.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/threads/threads.h"

namespace relib::platform {
namespace {

// The bindings of all modules in the process, which fork() has to change.
class Bindings {
 public:
  static Bindings& Get() {
    static absl::NoDestructor<Bindings> bindings;
    return *bindings;
  }

  Bindings() {
    LockAroundFork(mutex_);
    pthread_atfork(nullptr, nullptr, [] {
      for (AgentBinding* binding : Get().bindings_) binding->hooks = nullptr;
    });
  }

  std::list<AgentBinding*>::iterator Add(AgentBinding* binding) {
    const std::lock_guard lock(mutex_);
    return bindings_.insert(bindings_.end(), binding);
  }

  void Remove(std::list<AgentBinding*>::iterator binding) {
    const std::lock_guard lock(mutex_);
    bindings_.erase(binding);
  }

 private:
  std::mutex mutex_;
  std::list<AgentBinding*> bindings_;
};

class LinuxModuleResources final : public ModuleResources {
 public:
  explicit LinuxModuleResources(const ModuleResourcesOptions& options)
      : resources_(kMakeResources, options.run_destructor),
        binding_{.resources = &resources_,
                 .hooks = &kHooks,
                 .heap = nullptr,
                 .runtime_key_destructor = AddRuntimeKeyDestructor,
                 .before_destructors = BeforeDestructors,
                 .leave_image = LeaveImage} {
    WatchProcessExit();
    // Create all kinds now, because some hooks must not allocate.
    for (size_t i = 0; i < std::size(kMakeResources); ++i) resources_.Get(i);
    binding_.heap = heap().Configure(options);
    position_ = Bindings::Get().Add(&binding_);
  }

  ~LinuxModuleResources() override { Bindings::Get().Remove(position_); }

  const AgentBinding* binding() const override { return &binding_; }

  std::vector<ThreadInfo> LiveThreads() const override {
    std::vector<ThreadInfo> result;
    for (const uint64_t id : threads().Ids()) {
      result.push_back({.id = id, .name = ThreadName(id)});
    }
    return result;
  }

  bool IsLiveThread(uint64_t id) const override {
    const std::vector<uint64_t> ids = threads().Ids();
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }

  bool WaitForThreads(Deadline deadline) const override {
    return threads().WaitUntilNone(deadline);
  }

  std::vector<std::string> WaitForCallbacks(Deadline deadline) const override {
    absl::Duration pause = absl::Milliseconds(1);
    while (true) {
      std::vector<std::string> obstacles = resources_.Obstacles();
      if (obstacles.empty() && resources_.Hold()) return {};
      if (deadline.has_passed()) {
        // A callback may have begun meanwhile.
        if (obstacles.empty()) obstacles = resources_.Obstacles();
        if (obstacles.empty()) obstacles.push_back("a callback was running");
        return obstacles;
      }
      // Some obstacles are looked for by signals to threads.
      absl::SleepFor(pause);
      pause = std::min(2 * pause, absl::Milliseconds(10));
    }
  }

  void ResumeCallbacks() override { resources_.Resume(); }

  void KeepTraces() override { heap().KeepTraces(); }
  bool OwnsMemory(const void* address) const override {
    return heap().HasMemoryAt(address);
  }

  std::vector<LeakSite> Leaks() const override { return heap().leaks(); }

  // Threads end without a lock of the loader here, so there is nothing to do.
  void LeaveThread() override {}

  void SkipDestructors() override {
    resources_.destructors()->Skip();
    resources_.Stop();
  }

  std::vector<Leftover> Reclaim() override { return resources_.Reclaim(); }

 private:
  static void BeforeDestructors(void* resources) {
    if (ProcessExits()) return;
    static_cast<ResourceSet*>(resources)->BeforeDestructors();
  }

  static void LeaveImage(void* resources) {
    if (ProcessExits()) return;
    static_cast<ResourceSet*>(resources)->LeaveImage();
  }

  ModuleHeap& heap() const { return ResourcesOf<Heap>(resources_).heap; }
  const Threads& threads() const { return ResourcesOf<Threads>(resources_); }

  mutable ResourceSet resources_;
  AgentBinding binding_;
  std::list<AgentBinding*>::iterator position_;
};

}  // namespace

std::unique_ptr<ModuleResources> ModuleResources::Create(
    ModuleResourcesOptions options) {
  return std::make_unique<LinuxModuleResources>(options);
}

}  // namespace relib::platform
