#include "relib/state/state_base.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "relib/errors.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/state/checkpoint.h"
#include "relib/state/internal/bytes.h"
#include "relib/state/internal/code.h"
#include "relib/state/internal/conversion.h"
#include "relib/state/internal/object.h"
#include "relib/state/internal/pointers.h"
#include "relib/state/internal/saved_state.h"
#include "relib/state/internal/schema.h"
#include "relib/state/migration.h"

namespace relib {
namespace internal {
namespace {

class ModuleCode final : public StateCode {
 public:
  explicit ModuleCode(const LoadedModule& module) : module_(module) {}

  absl::Status Call(absl::FunctionRef<Failure*()> function) const override {
    return module_.RunStateCode(function);
  }

 private:
  const LoadedModule& module_;
};

std::string_view ViewOf(StateText text) { return {text.data, text.size}; }

}  // namespace

class StateCore final : public ModuleState {
 public:
  StateCore(const StateType& host_type, const StateOptions& options)
      : host_schema_(Schema::Of(host_type, nullptr)), options_(options) {}

  std::string_view name() const { return host_schema_->root().name; }
  const StateSlot* slot() const { return &slot_; }

  bool has_value() const {
    const absl::MutexLock lock(mutex_);
    return live_.has_value() || saved_ != nullptr;
  }

  StateMigration last_migration() const {
    const absl::MutexLock lock(mutex_);
    return last_migration_;
  }

  StateMigration prepared_migration() const {
    const absl::MutexLock lock(mutex_);
    return prepared_.has_value() ? prepared_->migration : StateMigration();
  }

  absl::StatusOr<void*> Get() const {
    const absl::MutexLock lock(mutex_);
    if (!live_.has_value()) {
      return absl::NotFoundError(absl::StrCat(
          name(), " isn't in memory: no module that uses it is loaded"));
    }
    if (!(*live_->type.schema == *host_schema_)) {
      return absl::FailedPreconditionError(absl::StrCat(
          name(), " of ", live_->module->path(),
          " has another layout than the host was compiled with:",
          DescribeSchemaDifference(*host_schema_, *live_->type.schema)));
    }
    return slot_.object;
  }

  absl::StatusOr<StateCheckpoint> Checkpoint() {
    const absl::MutexLock lock(mutex_);
    if (!live_.has_value()) {
      if (saved_ != nullptr) return StateCheckpoint(saved_);
      return absl::NotFoundError(
          absl::StrCat(name(), " has no value yet: no module has made one"));
    }
    absl::StatusOr<std::shared_ptr<const SavedState>> saved = Save();
    if (!saved.ok()) return saved.status();
    checkpoint_ = *saved;
    return StateCheckpoint(*std::move(saved));
  }

  absl::StatusOr<StateMigration> Restore(const StateCheckpoint& checkpoint) {
    const absl::MutexLock lock(mutex_);
    const std::shared_ptr<const SavedState>& saved = checkpoint.saved();
    if (saved->schema->root().name != name()) {
      return absl::InvalidArgumentError(absl::StrCat("this is a checkpoint of ",
                                                     checkpoint.name(),
                                                     ", and not of ", name()));
    }
    if (!live_.has_value()) {
      saved_ = saved;
      checkpoint_ = saved;
      return StateMigration{.state = std::string(name())};
    }
    StateMigration migration;
    absl::StatusOr<void*> object = MakeFromSaved(*live_, *saved, migration);
    if (!object.ok()) return object.status();
    DestroyObject(live_->type, slot_.object);
    slot_.object = *object;
    checkpoint_ = saved;
    return migration;
  }

  absl::StatusOr<bool> Check(const LoadedModule& module) {
    const absl::MutexLock lock(mutex_);
    absl::StatusOr<std::optional<Live>> next = Bind(module);
    if (!next.ok()) return next.status();
    if (!next->has_value()) return live_.has_value();
    const Schema* const old = live_.has_value()   ? live_->type.schema.get()
                              : saved_ != nullptr ? saved_->schema.get()
                                                  : nullptr;
    if (old == nullptr) return false;
    if (*old == *(*next)->type.schema) {
      return live_.has_value() && options_.check_pointers;
    }
    const absl::StatusOr<std::unique_ptr<Conversion>> conversion =
        MakeConversion(live_.has_value() ? live_->type.schema : saved_->schema,
                       **next);
    if (!conversion.ok()) return conversion.status();
    return live_.has_value();
  }

  absl::Status Migrate(const LoadedModule& module) {
    const absl::MutexLock lock(mutex_);
    AbandonLocked();
    absl::StatusOr<std::optional<Live>> next = Bind(module);
    if (!next.ok()) return next.status();
    Prepared prepared = {.live = *std::move(next)};
    prepared.migration.state = std::string(name());
    if (!prepared.live.has_value()) {
      // The module has no code for it.
      if (live_.has_value()) {
        absl::StatusOr<std::shared_ptr<const SavedState>> saved = Save();
        if (!saved.ok()) return saved.status();
        prepared.saved = *std::move(saved);
      } else {
        prepared.saved = saved_;
      }
    } else if (!live_.has_value()) {
      absl::StatusOr<void*> object =
          saved_ == nullptr
              ? CreateObject(prepared.live->type)
              : MakeFromSaved(*prepared.live, *saved_, prepared.migration);
      if (!object.ok()) return object.status();
      prepared.object = *object;
    } else if (*live_->type.schema == *prepared.live->type.schema) {
      if (options_.check_pointers) {
        absl::Status status = CheckLive(/*object_moves=*/false, nullptr);
        if (!status.ok()) return status;
      }
      prepared.adopts = true;
    } else {
      absl::StatusOr<void*> object =
          MakeFromLive(*prepared.live, prepared.migration);
      if (!object.ok()) return object.status();
      prepared.object = *object;
    }
    prepared_ = std::move(prepared);
    return absl::OkStatus();
  }

  void Commit() noexcept override {
    const absl::MutexLock lock(mutex_);
    if (!prepared_.has_value()) return;
    DestroyOldLocked();
    old_ = Old{.live = std::move(live_),
               .object = prepared_->adopts ? nullptr : slot_.object,
               .adopted = prepared_->adopts,
               .saved = saved_};
    if (!prepared_->adopts) {
      slot_ = {.object = prepared_->object,
               .fingerprint = prepared_->live.has_value()
                                  ? prepared_->live->type.schema->fingerprint()
                                  : 0};
      saved_ = std::move(prepared_->saved);
    }
    live_ = std::move(prepared_->live);
    last_migration_ = std::move(prepared_->migration);
    prepared_.reset();
  }

  void Abandon() noexcept override {
    const absl::MutexLock lock(mutex_);
    AbandonLocked();
  }

  void Revert() noexcept {
    const absl::MutexLock lock(mutex_);
    if (!old_.has_value()) return;
    if (!old_->adopted) {
      if (live_.has_value()) Destroy(*live_, slot_.object);
      slot_ = {.object = old_->object,
               .fingerprint = old_->live.has_value()
                                  ? old_->live->type.schema->fingerprint()
                                  : 0};
    }
    live_ = std::move(old_->live);
    saved_ = std::move(old_->saved);
    old_.reset();
  }

  void DestroyOld() noexcept override {
    const absl::MutexLock lock(mutex_);
    DestroyOldLocked();
  }

  absl::Status Prepare(const LoadedModule& module) override {
    {
      const absl::MutexLock lock(mutex_);
      if (live_.has_value()) {
        return absl::FailedPreconditionError(absl::StrCat(
            name(), " belongs to ", live_->module->path(),
            ". Unload that first; relib::Reloader carries a state from one "
            "module over to another"));
      }
    }
    return Migrate(module);
  }

  absl::StatusOr<bool> DetachFrom(const LoadedModule& module) override {
    const absl::MutexLock lock(mutex_);
    if (prepared_.has_value() && prepared_->live.has_value() &&
        prepared_->live->module == &module) {
      AbandonLocked();
    }
    if (old_.has_value() && old_->live.has_value() &&
        old_->live->module == &module) {
      DestroyOldLocked();
    }
    if (!live_.has_value() || live_->module != &module) return false;
    if (module.is_poisoned()) {
      std::shared_ptr<const SavedState> saved = checkpoint_;
      if (saved == nullptr) {
        if (absl::StatusOr<std::shared_ptr<const SavedState>> rest = Save();
            rest.ok()) {
          saved = *std::move(rest);
        }
      }
      saved_ = std::move(saved);
      // Its destructors may do harm. What it holds is lost.
      DropObject(*live_->type.schema, slot_.object);
    } else {
      absl::StatusOr<std::shared_ptr<const SavedState>> saved = Save();
      if (!saved.ok()) return saved.status();
      saved_ = *std::move(saved);
      DestroyObject(live_->type, slot_.object);
    }
    slot_ = {};
    live_.reset();
    return true;
  }

  // The State is destroyed. Modules may still know this.
  void Close() {
    const absl::MutexLock lock(mutex_);
    AbandonLocked();
    DestroyOldLocked();
    if (live_.has_value()) Destroy(*live_, slot_.object);
    live_.reset();
    slot_ = {};
    saved_.reset();
    checkpoint_.reset();
  }

 private:
  // A module with code for the type.
  struct Live {
    BoundSchema type;
    const LoadedModule* module = nullptr;
  };
  struct Prepared {
    // Nullopt: the module has none.
    std::optional<Live> live;
    // The object stays.
    bool adopts = false;
    void* object = nullptr;
    std::shared_ptr<const SavedState> saved = nullptr;
    StateMigration migration = {};
  };
  // What was before Commit().
  struct Old {
    std::optional<Live> live;
    // Null when there was none, or the new module has adopted it.
    void* object = nullptr;
    bool adopted = false;
    std::shared_ptr<const SavedState> saved = nullptr;
  };

  absl::StatusOr<std::optional<Live>> Bind(const LoadedModule& module) const {
    const StatesTable& table = module.states();
    if (table.states == nullptr) return std::optional<Live>();
    for (StateRegistration* at = *table.states; at != nullptr; at = at->next) {
      if (ViewOf(at->type->name) != name()) continue;
      Live live = {.type = BoundSchema::Of(
                       *at->type, std::make_shared<ModuleCode>(module)),
                   .module = &module};
      at->fingerprint = live.type.schema->fingerprint();
      return live;
    }
    return std::optional<Live>();
  }

  static absl::StatusOr<std::unique_ptr<Conversion>> MakeConversion(
      std::shared_ptr<const Schema> from, const Live& to) {
    return Conversion::Make(std::move(from), *to.type.types.front(),
                            to.type.code, *to.module->states().migrators);
  }

  absl::Status CheckLive(bool object_moves, std::string* first_pointer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return CheckPointers(live_->type, slot_.object,
                         {.describe =
                              [module = live_->module](const void* address) {
                                return module->DescribeAddress(address);
                              },
                          .object_moves = object_moves,
                          .check_resources = options_.check_pointers},
                         first_pointer);
  }

  absl::StatusOr<std::shared_ptr<const SavedState>> Save() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto saved = std::make_shared<SavedState>();
    absl::Status status = CheckLive(/*object_moves=*/true, &saved->pointer);
    if (!status.ok()) return status;
    Bytes bytes;
    status = Encode(live_->type, slot_.object, bytes);
    if (!status.ok()) return Explain(status);
    saved->schema = live_->type.schema;
    saved->bytes = std::move(bytes).TakeBytes();
    return saved;
  }

  absl::Status Explain(const absl::Status& status) const {
    return WithContext(status, absl::StrCat(name(), ": ", status.message()));
  }

  absl::StatusOr<void*> Make(const Live& to, std::shared_ptr<const Schema> from,
                             BytesReader in, StateMigration& migration) const {
    const bool is_same = *from == *to.type.schema;
    const absl::StatusOr<std::unique_ptr<Conversion>> conversion =
        MakeConversion(std::move(from), to);
    if (!conversion.ok()) return conversion.status();
    const absl::StatusOr<void*> object = CreateObject(to.type);
    if (!object.ok()) return Explain(object.status());
    const absl::Status status = (*conversion)->Run(in, *object);
    if (!status.ok()) {
      Destroy(to, *object);
      return Explain(status);
    }
    if (!is_same) migration = (*conversion)->Report();
    return *object;
  }

  absl::StatusOr<void*> MakeFromSaved(const Live& to, const SavedState& saved,
                                      StateMigration& migration) const {
    migration.state = std::string(name());
    return Make(to, saved.schema, BytesReader(saved.bytes), migration);
  }

  absl::StatusOr<void*> MakeFromLive(const Live& to,
                                     StateMigration& migration) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    absl::Status status = CheckLive(/*object_moves=*/true, nullptr);
    if (!status.ok()) return status;
    Bytes bytes(/*borrows=*/true);
    status = Encode(live_->type, slot_.object, bytes);
    if (!status.ok()) return Explain(status);
    return Make(to, live_->type.schema, BytesReader(bytes), migration);
  }

  static void Destroy(const Live& live, void* object) noexcept {
    if (live.module->is_poisoned()) {
      DropObject(*live.type.schema, object);
    } else {
      DestroyObject(live.type, object);
    }
  }

  void AbandonLocked() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!prepared_.has_value()) return;
    if (prepared_->object != nullptr) {
      Destroy(*prepared_->live, prepared_->object);
    }
    prepared_.reset();
  }

  void DestroyOldLocked() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!old_.has_value()) return;
    if (old_->object != nullptr) Destroy(*old_->live, old_->object);
    old_.reset();
  }

  const std::shared_ptr<const Schema> host_schema_;
  const StateOptions options_;

  // Read by modules, without the mutex: written while no call is in one.
  StateSlot slot_ = {};

  mutable absl::Mutex mutex_;
  // The module that `slot_` belongs to.
  std::optional<Live> live_ ABSL_GUARDED_BY(mutex_);
  // The value, while there is no such module.
  std::shared_ptr<const SavedState> saved_ ABSL_GUARDED_BY(mutex_);
  // The last one that was taken or restored.
  std::shared_ptr<const SavedState> checkpoint_ ABSL_GUARDED_BY(mutex_);
  std::optional<Prepared> prepared_ ABSL_GUARDED_BY(mutex_);
  std::optional<Old> old_ ABSL_GUARDED_BY(mutex_);
  StateMigration last_migration_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace internal

StateBase::StateBase(const internal::StateType& type,
                     const StateOptions& options)
    : AttachableState(std::make_shared<internal::StateCore>(type, options)) {}

StateBase::~StateBase() { core().Close(); }

internal::StateCore& StateBase::core() const {
  return static_cast<internal::StateCore&>(*module_state());
}

std::string_view StateBase::name() const { return core().name(); }
bool StateBase::has_value() const { return core().has_value(); }
absl::StatusOr<StateCheckpoint> StateBase::Checkpoint() const {
  return core().Checkpoint();
}
absl::StatusOr<StateMigration> StateBase::Restore(
    const StateCheckpoint& checkpoint) {
  return core().Restore(checkpoint);
}
StateMigration StateBase::last_migration() const {
  return core().last_migration();
}
absl::StatusOr<bool> StateBase::Check(const internal::LoadedModule& module) {
  return core().Check(module);
}
absl::Status StateBase::Migrate(const internal::LoadedModule& module) {
  return core().Migrate(module);
}
StateMigration StateBase::prepared_migration() const {
  return core().prepared_migration();
}
void StateBase::Commit() noexcept { core().Commit(); }
void StateBase::Abandon() noexcept { core().Abandon(); }
void StateBase::Revert() noexcept { core().Revert(); }
void StateBase::DestroyOld() noexcept { core().DestroyOld(); }
absl::Status StateBase::Detach(const internal::LoadedModule& module) {
  return core().DetachFrom(module).status();
}
const internal::StateSlot* StateBase::slot() const { return core().slot(); }
absl::StatusOr<void*> StateBase::Get() const { return core().Get(); }

}  // namespace relib
