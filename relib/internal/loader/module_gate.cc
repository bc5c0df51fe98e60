#include "relib/internal/loader/module_gate.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "relib/errors.h"
#include "relib/internal/loader/loaded_module.h"

namespace relib::internal {

void ModuleGate::SetModule(const LoadedModule* module) {
  const absl::MutexLock lock(mutex_);
  module_ = module;
  refusing_ = module;
}

void ModuleGate::Open() {
  const absl::MutexLock lock(mutex_);
  if (is_admitted_) Gate::Open();
}

void ModuleGate::Admit() {
  const absl::MutexLock lock(mutex_);
  is_admitted_ = true;
  Gate::Open();
}

void ModuleGate::Retire() {
  const absl::MutexLock lock(mutex_);
  is_admitted_ = false;
}

void ModuleGate::Reuse() {
  const absl::MutexLock lock(mutex_);
  is_admitted_ = false;
  closed_for_uses_ = false;
}

Detour ModuleGate::DetourOf(const void* entry) const {
  if (router_ != nullptr) return router_->Route(*this, entry);
  const absl::MutexLock lock(mutex_);
  return {.status =
              refusing_ != nullptr
                  ? refusing_->Refused(entry)
                  : MakeError(CallError::kUnloading,
                              "this export can't be called: its module is "
                              "unloaded. Get the export from the "
                              "current Module")};
}

ModuleGate::Use::~Use() {
  if (gate_ == nullptr) return;
  const absl::MutexLock lock(gate_->mutex_);
  gate_->uses_.erase(name_);
}

std::optional<ModuleGate::Use> ModuleGate::AddUse(
    std::shared_ptr<ModuleGate> gate, std::string name) {
  std::list<std::string>::iterator place;
  {
    const absl::MutexLock lock(gate->mutex_);
    if (gate->closed_for_uses_) return std::nullopt;
    place = gate->uses_.insert(gate->uses_.end(), std::move(name));
  }
  return Use(std::move(gate), place);
}

std::vector<std::string> ModuleGate::CloseForUses() {
  const absl::MutexLock lock(mutex_);
  closed_for_uses_ = uses_.empty();
  std::vector<std::string> names(uses_.begin(), uses_.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void ModuleGate::OpenForUses() {
  const absl::MutexLock lock(mutex_);
  closed_for_uses_ = false;
}

}  // namespace relib::internal
