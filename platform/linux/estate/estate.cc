#include "platform/estate.h"

#include <pthread.h>

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
#include "platform/linux/agent_binding.h"
#include "platform/linux/estate/heap.h"
#include "platform/linux/estate/keys.h"
#include "platform/linux/estate/resources.h"
#include "platform/linux/estate/threads.h"
#include "platform/thread_id.h"

namespace relib::platform {
namespace {

// All estates of the process, for the moment when it forks.
class Bindings {
 public:
  static Bindings& Get() {
    static absl::NoDestructor<Bindings> bindings;
    return *bindings;
  }

  Bindings() {
    pthread_atfork([] { Get().mutex_.lock(); }, [] { Get().mutex_.unlock(); },
                   [] {
                     for (AgentBinding* binding : Get().bindings_) {
                       binding->hooks = nullptr;
                     }
                     Get().mutex_.unlock();
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

class LinuxEstate final : public Estate {
 public:
  explicit LinuxEstate(const EstateOptions& options)
      : resources_(kMakeResources, options.run_destructor),
        binding_{.estate = &resources_,
                 .hooks = &kHooks,
                 .heap = nullptr,
                 .runtime_key_destructor = AddRuntimeKeyDestructor,
                 .before_destructors = BeforeDestructors,
                 .leave_image = LeaveImage} {
    WatchProcessExit();
    // At once, because some hooks may not use the heap.
    for (size_t i = 0; i < std::size(kMakeResources); ++i) resources_.Get(i);
    binding_.heap = heap().Configure(options);
    position_ = Bindings::Get().Add(&binding_);
  }

  ~LinuxEstate() override { Bindings::Get().Remove(position_); }

  const AgentBinding* binding() const override { return &binding_; }

  std::vector<ThreadInfo> LiveThreads() const override {
    std::vector<ThreadInfo> result;
    for (const uint64_t id : threads().Ids()) {
      result.push_back({.id = id, .name = ThreadName(id)});
    }
    return result;
  }

  bool WaitForThreads(absl::Time deadline) const override {
    return threads().WaitUntilNone(deadline);
  }

  std::vector<std::string> WaitForCallbacks(
      absl::Time deadline) const override {
    while (true) {
      std::vector<std::string> obstacles = resources_.Obstacles();
      if (obstacles.empty() || absl::Now() >= deadline) return obstacles;
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  // They aren't held.
  void ResumeCallbacks() override {}

  void KeepTraces() override { heap().KeepTraces(); }
  bool OwnsMemory(const void* address) const override {
    return heap().HasMemoryAt(address);
  }

  std::vector<LeakSite> Leaks() const override { return heap().leaks(); }

  // The end of a thread is under no lock here.
  void LeaveThread() override {}

  void SkipDestructors() override { resources_.destructors()->Skip(); }

  std::vector<LeftResources> Settle() override { return resources_.Settle(); }

 private:
  static void BeforeDestructors(void* estate) {
    if (ProcessExits()) return;
    static_cast<ResourcesOfModule*>(estate)->BeforeDestructors();
  }

  static void LeaveImage(void* estate) {
    if (ProcessExits()) return;
    static_cast<ResourcesOfModule*>(estate)->LeaveImage();
  }

  ModuleHeap& heap() const { return ResourcesOf<Heap>(resources_).heap; }
  const Threads& threads() const { return ResourcesOf<Threads>(resources_); }

  mutable ResourcesOfModule resources_;
  AgentBinding binding_;
  std::list<AgentBinding*>::iterator position_;
};

}  // namespace

std::unique_ptr<Estate> Estate::Create(EstateOptions options) {
  return std::make_unique<LinuxEstate>(options);
}

}  // namespace relib::platform
