#include "platform/host/module_resources.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/host/deadline.h"

namespace relib::platform {
namespace {

// Records nothing: the module has no agent.
class UntrackedResources final : public ModuleResources {
 public:
  const AgentBinding* binding() const override { return nullptr; }
  std::vector<ThreadInfo> LiveThreads() const override { return {}; }
  bool IsLiveThread(uint64_t /*id*/) const override { return false; }
  bool WaitForThreads(Deadline /*deadline*/) const override { return true; }
  std::vector<std::string> WaitForCallbacks(
      Deadline /*deadline*/) const override {
    return {};
  }
  void ResumeCallbacks() override {}
  void KeepTraces() override {}
  bool OwnsMemory(const void* /*address*/) const override { return false; }
  void LeaveThread() override {}
  void SkipDestructors() override {}

  // The report must not read as if there were no leftovers.
  std::vector<Leftover> Reclaim() override {
    return {{.kind = "untracked resource",
             .count = 1,
             .items = {"this platform tracks neither threads nor other "
                       "resources of modules (tier 1)"}}};
  }

  std::vector<LeakSite> Leaks() const override { return {}; }
};

}  // namespace

std::unique_ptr<ModuleResources> ModuleResources::Create(
    ModuleResourcesOptions /*options*/) {
  return std::make_unique<UntrackedResources>();
}

}  // namespace relib::platform
