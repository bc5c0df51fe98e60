#include "platform/host/module_resources.h"

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/resources/resources.h"
#include "platform/windows/agent/agent_binding.h"
#include "platform/windows/resources/heap/heap.h"
#include "platform/windows/resources/resources.h"
#include "platform/windows/resources/threads/threads.h"
#include "platform/windows/system/dbghelp.h"

namespace relib::platform {
namespace {

class WindowsModuleResources final : public ModuleResources {
 public:
  explicit WindowsModuleResources(const ModuleResourcesOptions& options)
      : resources_(kMakeResources, options.run_destructor),
        heap_binding_(heap().Configure(options)) {}

  const AgentBinding* binding() const override { return &binding_; }

  std::vector<ThreadInfo> LiveThreads() const override {
    return threads().Live();
  }

  bool IsLiveThread(uint64_t id) const override { return threads().IsLive(id); }

  bool WaitForThreads(Deadline deadline) const override {
    return threads().WaitUntilNone(deadline);
  }

  std::vector<std::string> WaitForCallbacks(Deadline deadline) const override {
    while (true) {
      std::vector<std::string> obstacles = resources_.Obstacles();
      if (obstacles.empty() && resources_.Hold()) return {};
      if (!obstacles.empty() && deadline.has_passed()) return obstacles;
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  void ResumeCallbacks() override { resources_.Resume(); }

  void KeepTraces() override { heap().KeepTraces(); }
  bool OwnsMemory(const void* address) const override {
    return heap().HasMemoryAt(address);
  }
  std::vector<LeakSite> Leaks() const override { return heap().leaks(); }

  void LeaveThread() override {
    if (run_thread_destructors_ != nullptr) run_thread_destructors_();
  }

  void SkipDestructors() override {
    resources_.destructors()->Skip();
    resources_.Stop();
  }

  std::vector<Leftover> Reclaim() override { return resources_.Reclaim(); }

 private:
  static void Add(const Caller* caller, ResourceKind kind, uint64_t value) {
    Of(caller, kind).Add(value, caller->is_runtime);
  }

  static void Remove(const Caller* caller, ResourceKind kind, uint64_t value) {
    Of(caller, kind).Remove(value);
  }

  static RecordedResources& Of(const Caller* caller, ResourceKind kind) {
    return static_cast<RecordedResources&>(
        caller->resources->Get(static_cast<size_t>(kind)));
  }

  static void RunDestructor(const Caller* module, void (*destroy)(void*),
                            void* object) {
    module->resources->destructors()->Run(destroy, object);
  }

  static bool DestructorsAreSkipped(const Caller* module) {
    return module->resources->destructors()->are_skipped();
  }

  static void BeforeDestructors(const Caller* module) {
    module->resources->BeforeDestructors();
  }

  static void LeaveImage(const Caller* module) {
    module->resources->LeaveImage();
  }

  ModuleHeap& heap() const { return ResourcesOf<Heap>(resources_).heap; }
  const Threads& threads() const { return ResourcesOf<Threads>(resources_); }

  mutable ResourceSet resources_;
  HMODULE image_ = nullptr;
  void (*run_thread_destructors_)() = nullptr;
  RelibHeapBinding* const heap_binding_;
  const AgentBinding binding_ = {
      .module = {.resources = &resources_,
                 .is_runtime = false,
                 .image = &image_},
      .runtime = {.resources = &resources_,
                  .is_runtime = true,
                  .image = &image_},
      .add = &Add,
      .remove = &Remove,
      .hooks = &kHooks,
      .heap = heap_binding_,
      .lock_dbghelp = &LockDbgHelp,
      .unlock_dbghelp = &UnlockDbgHelp,
      .run_thread_destructors = &run_thread_destructors_,
      .run_destructor = &RunDestructor,
      .destructors_are_skipped = &DestructorsAreSkipped,
      .before_destructors = &BeforeDestructors,
      .leave_image = &LeaveImage,
  };
};

}  // namespace

std::unique_ptr<ModuleResources> ModuleResources::Create(
    ModuleResourcesOptions options) {
  return std::make_unique<WindowsModuleResources>(options);
}

}  // namespace relib::platform
