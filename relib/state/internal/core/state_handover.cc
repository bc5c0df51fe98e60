#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/state/internal/checkpoint/saved_state.h"
#include "relib/state/internal/conversion/conversion.h"
#include "relib/state/internal/core/state_core.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

// The steps that hand a state over from one module to another.

namespace relib::internal {

absl::StatusOr<bool> StateCore::Check(const LoadedModule& module) {
  if (absl::Status status = CheckNotInside(); !status.ok()) return status;
  const Operation operation(*this);
  const std::optional<Owner> next = Bind(module);
  if (!next.has_value()) return owner_.has_value();
  std::shared_ptr<const Schema> old = ValueSchema();
  if (old == nullptr) return false;
  if (*old == *next->type.schema) {
    return owner_.has_value() && options_.check_pointers;
  }
  absl::Status status =
      Conversion::Make(std::move(old), BytesOrigin::kObject,
                       *next->type.types.front(), next->type.code,
                       *module.states().migrators)
          .status();
  if (!status.ok()) return status;
  return owner_.has_value();
}

absl::Status StateCore::Migrate(const LoadedModule& module) {
  if (absl::Status status = CheckNotInside(); !status.ok()) return status;
  const Operation operation(*this);
  return MigrateLocked(module);
}

absl::Status StateCore::MigrateLocked(const LoadedModule& module) {
  if (prepared_.has_value() && !IsPreparedFor(module)) {
    return absl::FailedPreconditionError(absl::StrCat(
        name(), " is being given to ", prepared_->module->path(),
        ", which is being loaded. A state belongs to one module at a time"));
  }
  if (IsPreparedFor(module)) AbandonLocked();
  Prepared prepared = {.module = &module, .owner = Bind(module)};
  prepared.migration.state = std::string(name());
  if (prepared.owner.has_value()) {
    const absl::Status status = PrepareObject(prepared);
    if (!status.ok()) return status;
  } else if (owner_.has_value()) {
    absl::StatusOr<std::shared_ptr<const SavedState>> saved = Save();
    if (!saved.ok()) return saved.status();
    prepared.saved = *std::move(saved);
  } else {
    prepared.saved = saved_;
  }
  prepared_ = std::move(prepared);
  return absl::OkStatus();
}

absl::Status StateCore::PrepareObject(Prepared& prepared) const {
  const Owner& next = *prepared.owner;
  if (owner_.has_value() && *owner_->type.schema == *next.type.schema) {
    prepared.adopts = true;
    return options_.check_pointers
               ? CheckObject(/*object_moves=*/false, nullptr)
               : absl::OkStatus();
  }
  const absl::StatusOr<void*> object =
      owner_.has_value()  ? MakeFromObject(next, prepared.migration)
      : saved_ == nullptr ? CreateObject(next.type)
                          : MakeFromSaved(next, *saved_, prepared.migration);
  if (!object.ok()) return object.status();
  prepared.object = *object;
  return absl::OkStatus();
}

StateMigration StateCore::prepared_migration() {
  if (IsInside()) return {};
  const Operation operation(*this);
  return prepared_.has_value() ? prepared_->migration : StateMigration();
}

void StateCore::Commit(const LoadedModule& module) noexcept {
  if (IsInside()) return;
  const Operation operation(*this);
  if (!IsPreparedFor(module)) return;
  DestroyOldLocked();
  old_ = Old{.owner = std::move(owner_),
             .object = prepared_->adopts ? nullptr : slot_.object,
             .adopted = prepared_->adopts,
             .saved = saved_};
  if (!prepared_->adopts) {
    slot_ = {.object = prepared_->object,
             .fingerprint = prepared_->owner.has_value()
                                ? prepared_->owner->type.schema->fingerprint()
                                : 0};
    saved_ = std::move(prepared_->saved);
  }
  owner_ = std::move(prepared_->owner);
  {
    const absl::MutexLock lock(view_mutex_);
    last_migration_ = std::move(prepared_->migration);
  }
  prepared_.reset();
}

void StateCore::Abandon(const LoadedModule& module) noexcept {
  if (IsInside()) return;
  const Operation operation(*this);
  if (IsPreparedFor(module)) AbandonLocked();
}

bool StateCore::IsPreparedFor(const LoadedModule& module) const {
  return prepared_.has_value() && prepared_->module == &module;
}

void StateCore::AbandonLocked() noexcept {
  if (!prepared_.has_value()) return;
  if (prepared_->object != nullptr) {
    Destroy(*prepared_->owner, prepared_->object);
  }
  prepared_.reset();
}

void StateCore::Revert() noexcept {
  if (IsInside()) return;
  const Operation operation(*this);
  if (!old_.has_value()) return;
  if (!old_->adopted) {
    DestroyCurrent();
    slot_ = {.object = old_->object,
             .fingerprint = old_->owner.has_value()
                                ? old_->owner->type.schema->fingerprint()
                                : 0};
  }
  owner_ = std::move(old_->owner);
  saved_ = std::move(old_->saved);
  old_.reset();
}

void StateCore::DestroyCurrent() noexcept {
  const std::optional<Owner> owner = std::exchange(owner_, std::nullopt);
  void* const object = std::exchange(slot_, {}).object;
  // The destructor may call Get(), and so may other threads meanwhile.
  UpdateView();
  if (owner.has_value()) Destroy(*owner, object);
}

void StateCore::DestroyOld() noexcept {
  if (IsInside()) return;
  const Operation operation(*this);
  DestroyOldLocked();
}

void StateCore::DestroyOldLocked() noexcept {
  if (!old_.has_value()) return;
  if (old_->object != nullptr) Destroy(*old_->owner, old_->object);
  old_.reset();
}

absl::Status StateCore::Prepare(const LoadedModule& module) {
  if (absl::Status status = CheckNotInside(); !status.ok()) return status;
  const Operation operation(*this);
  if (owner_.has_value()) {
    return absl::FailedPreconditionError(absl::StrCat(
        name(), " belongs to ", owner_->module->path(),
        ". Unload that module first, or use relib::Reloader, which hands a "
        "state over from one module to another"));
  }
  return MigrateLocked(module);
}

absl::Status StateCore::Detach(const LoadedModule& module) {
  return DetachFrom(module).status();
}

absl::StatusOr<bool> StateCore::DetachFrom(const LoadedModule& module) {
  if (absl::Status status = CheckNotInside(); !status.ok()) return status;
  const Operation operation(*this);
  if (IsPreparedFor(module)) AbandonLocked();
  if (old_.has_value() && old_->owner.has_value() &&
      old_->owner->module == &module) {
    DestroyOldLocked();
  }
  if (!owner_.has_value() || owner_->module != &module) return false;
  if (module.is_poisoned()) {
    saved_ = Salvage();
  } else {
    absl::StatusOr<std::shared_ptr<const SavedState>> saved = Save();
    if (!saved.ok()) return saved.status();
    saved_ = *std::move(saved);
  }
  DestroyCurrent();
  return true;
}

}  // namespace relib::internal
