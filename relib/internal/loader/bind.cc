// Connects a module with its host: the imports, and the slots by which the host
// calls the exports.

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/import_target.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"
#include "relib/internal/manifest/manifest.h"
#include "relib/internal/manifest/manifest_reader.h"

namespace relib::internal {

absl::Status LoadedModule::CheckImportsAreGiven() const {
  if (!manifest_.imports.has_value()) return absl::OkStatus();
  std::vector<std::string> problems;
  for (const ManifestEntry& wanted : manifest_.imports->entries) {
    if (GivenImport(wanted).context != nullptr) continue;
    problems.push_back(absl::StrCat(
        "it needs the import '", wanted.name,
        "', which the host left empty; give it a function:\n  host:   ",
        FindEntry(*request_.imports, wanted.name)->signature));
  }
  if (problems.empty()) return absl::OkStatus();
  return MakeError(
      LoadError::kMissingImport,
      absl::StrCat(path_, " can't be loaded: ", absl::StrJoin(problems, "\n")));
}

ImportSlot LoadedModule::GivenImport(const ManifestEntry& wanted) const {
  const size_t index = FindEntry(*request_.imports, wanted.name) -
                       request_.imports->entries.data();
  ImportSlot slot;
  std::memcpy(&slot,
              static_cast<const char*>(request_.import_slots.get()) +
                  index * sizeof(slot),
              sizeof(slot));
  return slot;
}

void LoadedModule::MakeSlots() {
  std::vector<bool> has;
  if (request_.exports != nullptr) {
    for (const ManifestEntry& wanted : request_.exports->entries) {
      const ManifestEntry* entry =
          manifest_.exports.has_value()
              ? FindEntry(*manifest_.exports, wanted.name)
              : nullptr;
      has.push_back(entry != nullptr && entry->kind != EntryKind::kAbsent);
    }
  }
  gate_and_slots_ = request_.enter(has);
  request_.enter = nullptr;
}

absl::Status LoadedModule::UseOtherModules() {
  if (!manifest_.imports.has_value()) return absl::OkStatus();
  for (const ManifestEntry& wanted : manifest_.imports->entries) {
    const auto* target =
        static_cast<const ImportTarget*>(GivenImport(wanted).owner);
    if (target == nullptr || target->gate == nullptr) continue;
    std::optional<ModuleGate::Use> use = ModuleGate::AddUse(
        *static_cast<const std::shared_ptr<ModuleGate>*>(target->gate), path_);
    if (!use.has_value()) {
      return MakeError(
          LoadError::kMissingImport,
          absl::StrCat(path_, " can't be loaded: its import '", wanted.name,
                       "' belongs to another module, which is unloaded or "
                       "being unloaded. Load that module again, and "
                       "link its export"));
    }
    uses_.push_back(*std::move(use));
  }
  return absl::OkStatus();
}

void LoadedModule::Bind() {
  // Copies the imports, which are matched by name, in the order of the module.
  auto* wanted = static_cast<char*>(descriptor_->imports->slots);
  if (manifest_.imports.has_value()) {
    for (size_t i = 0; i < manifest_.imports->entries.size(); ++i) {
      ImportSlot slot = GivenImport(manifest_.imports->entries[i]);
      // The host owns the callable.
      slot.owner = nullptr;
      std::memcpy(wanted + i * sizeof(slot), &slot, sizeof(slot));
    }
  }

  // Copies the exports, which are matched by name, in the order of the host,
  // followed by main.
  auto* slots = static_cast<char*>(gate_and_slots_.slots.get());
  const ModuleGate* entry_gate = gate_and_slots_.gate.get();
  // A late call of an earlier version may concurrently read the gate of a slot,
  // so that is written only if it changes. The other members are read only by
  // calls that entered the gate.
  const auto bind = [&](char* to, const void* from) {
    auto& slot = *reinterpret_cast<ExportSlot*>(to);
    const auto& body = *static_cast<const ExportSlot*>(from);
    slot.invoke = body.invoke;
    slot.destroy = body.destroy;
    if (slot.gate != entry_gate) slot.gate = entry_gate;
  };
  const auto* offered = static_cast<const char*>(descriptor_->exports->slots);
  if (request_.exports != nullptr) {
    for (size_t i = 0; i < request_.exports->entries.size(); ++i) {
      char* to = slots + i * sizeof(ExportSlot);
      const ManifestEntry* entry =
          manifest_.exports.has_value()
              ? FindEntry(*manifest_.exports, request_.exports->entries[i].name)
              : nullptr;
      if (entry == nullptr || entry->kind == EntryKind::kAbsent) {
        // An OptionalExport, which may have a default body of the host.
        auto& slot = *reinterpret_cast<ExportSlot*>(to);
        if (slot.invoke != nullptr) slot = {};
        continue;
      }
      const size_t index = entry - manifest_.exports->entries.data();
      bind(to, offered + index * sizeof(ExportSlot));
    }
  }
  if (descriptor_->main->slot != nullptr) {
    bind(slots + request_.slots_size - sizeof(ExportSlot),
         descriptor_->main->slot);
  }
  gate().SetRange(slots, request_.slots_size);
  gate().SetModule(this);
}

}  // namespace relib::internal
