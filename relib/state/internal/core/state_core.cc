#include "relib/state/internal/core/state_core.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "relib/errors.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/state/checkpoint.h"
#include "relib/state/internal/checkpoint/saved_state.h"
#include "relib/state/internal/conversion/conversion.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/encode.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/pointers.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"
#include "relib/state/state_base.h"

namespace relib::internal {
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

}  // namespace

StateCore::StateCore(const StateType& host_type, const StateOptions& options)
    : host_schema_(Schema::Of(host_type, nullptr)), options_(options) {}

StateCore::Operation::Operation(StateCore& core) : core_(core) {
  core.mutex_.lock();
  core.inside_.store(std::this_thread::get_id());
}

StateCore::Operation::~Operation() {
  core_.UpdateView();
  core_.inside_.store(std::thread::id());
  core_.mutex_.unlock();
}

bool StateCore::IsInside() const {
  return inside_.load() == std::this_thread::get_id();
}

absl::Status StateCore::CheckNotInside() const {
  if (!IsInside()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      name(),
      " is being made, saved or destroyed on this thread: call this "
      "function after that, not from a function that the code of the "
      "state calls"));
}

void StateCore::UpdateView() {
  View view = {.has_value = owner_.has_value() || saved_ != nullptr};
  if (owner_.has_value()) {
    view.schema = owner_->type.schema;
    view.module = owner_->module;
    view.object = slot_.object;
  }
  const absl::MutexLock lock(view_mutex_);
  view_ = std::move(view);
}

bool StateCore::has_value() const {
  const absl::MutexLock lock(view_mutex_);
  return view_.has_value;
}

StateMigration StateCore::last_migration() const {
  const absl::MutexLock lock(view_mutex_);
  return last_migration_;
}

absl::StatusOr<void*> StateCore::Get() const {
  const absl::MutexLock lock(view_mutex_);
  if (view_.module == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        name(), " isn't in memory: no module that uses it is loaded"));
  }
  if (!(*view_.schema == *host_schema_)) {
    return absl::FailedPreconditionError(
        absl::StrCat(name(), " of ", view_.module->path(),
                     " has another layout than the host was compiled with:",
                     DescribeSchemaDifference(*host_schema_, *view_.schema)));
  }
  return view_.object;
}

absl::StatusOr<StateCheckpoint> StateCore::Checkpoint() {
  if (absl::Status status = CheckNotInside(); !status.ok()) return status;
  const Operation operation(*this);
  if (!owner_.has_value()) {
    if (saved_ != nullptr) return StateCheckpoint(saved_);
    return absl::NotFoundError(
        absl::StrCat(name(), " has no value yet: no module has made one"));
  }
  absl::StatusOr<std::shared_ptr<const SavedState>> saved = Save();
  if (!saved.ok()) return saved.status();
  checkpoint_ = *saved;
  return StateCheckpoint(*std::move(saved));
}

absl::StatusOr<StateMigration> StateCore::Restore(
    const StateCheckpoint& checkpoint) {
  if (absl::Status status = CheckNotInside(); !status.ok()) return status;
  const Operation operation(*this);
  const std::shared_ptr<const SavedState>& saved = checkpoint.saved();
  if (saved->schema->root().name != name()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "this is a checkpoint of ", checkpoint.name(), ", not of ", name()));
  }
  if (!owner_.has_value()) {
    saved_ = saved;
    checkpoint_ = saved;
    return StateMigration{.state = std::string(name())};
  }
  StateMigration migration;
  absl::StatusOr<void*> object = MakeFromSaved(*owner_, *saved, migration);
  if (!object.ok()) return object.status();
  void* const old = std::exchange(slot_.object, *object);
  checkpoint_ = saved;
  UpdateView();
  DestroyObject(owner_->type, old);
  return migration;
}

void StateCore::Close() {
  CHECK(!IsInside()) << name()
                     << " was destroyed by a function that its code calls";
  const Operation operation(*this);
  AbandonLocked();
  DestroyOldLocked();
  DestroyCurrent();
  saved_.reset();
  checkpoint_.reset();
}

std::optional<StateCore::Owner> StateCore::Bind(
    const LoadedModule& module) const {
  const StatesTable& table = module.states();
  if (table.states == nullptr) return std::nullopt;
  for (StateRegistration* at = *table.states; at != nullptr; at = at->next) {
    if (ViewOf(at->type->name) != name()) continue;
    Owner owner = {.type = BoundSchema::Of(
                       *at->type, std::make_shared<ModuleCode>(module)),
                   .module = &module};
    at->fingerprint = owner.type.schema->fingerprint();
    return owner;
  }
  return std::nullopt;
}

absl::Status StateCore::CheckObject(bool object_moves,
                                    std::string* first_pointer) const {
  const LoadedModule& module = *owner_->module;
  return CheckPointers(owner_->type, slot_.object,
                       {.describe =
                            [&module](const void* address) {
                              return module.DescribeAddress(address);
                            },
                        .object_moves = object_moves,
                        .check_resources = options_.check_pointers},
                       first_pointer);
}

absl::StatusOr<std::shared_ptr<const SavedState>> StateCore::Save() const {
  auto saved = std::make_shared<SavedState>();
  absl::Status status = CheckObject(/*object_moves=*/true, &saved->pointer);
  if (!status.ok()) return status;
  Bytes bytes;
  status = Encode(owner_->type, slot_.object, bytes);
  if (!status.ok()) return Explain(status);
  saved->schema = owner_->type.schema;
  saved->bytes = std::move(bytes).TakeBytes();
  return saved;
}

std::shared_ptr<const SavedState> StateCore::Salvage() const {
  if (checkpoint_ != nullptr) return checkpoint_;
  absl::StatusOr<std::shared_ptr<const SavedState>> saved = Save();
  return saved.ok() ? *std::move(saved) : nullptr;
}

std::shared_ptr<const Schema> StateCore::ValueSchema() const {
  if (owner_.has_value()) return owner_->type.schema;
  return saved_ == nullptr ? nullptr : saved_->schema;
}

absl::StatusOr<void*> StateCore::Make(const Owner& to,
                                      std::shared_ptr<const Schema> from,
                                      BytesReader in,
                                      StateMigration& migration) const {
  const bool is_same = *from == *to.type.schema;
  const absl::StatusOr<std::unique_ptr<Conversion>> conversion =
      Conversion::Make(std::move(from), in.origin(), *to.type.types.front(),
                       to.type.code, *to.module->states().migrators);
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

absl::StatusOr<void*> StateCore::MakeFromSaved(
    const Owner& to, const SavedState& saved, StateMigration& migration) const {
  migration.state = std::string(name());
  return Make(to, saved.schema, BytesReader(saved.bytes), migration);
}

absl::StatusOr<void*> StateCore::MakeFromObject(
    const Owner& to, StateMigration& migration) const {
  absl::Status status = CheckObject(/*object_moves=*/true, nullptr);
  if (!status.ok()) return status;
  Bytes bytes(/*borrows=*/true);
  status = Encode(owner_->type, slot_.object, bytes);
  if (!status.ok()) return Explain(status);
  return Make(to, owner_->type.schema, BytesReader(bytes), migration);
}

void StateCore::Destroy(const Owner& owner, void* object) noexcept {
  if (owner.module->is_poisoned()) {
    DropObject(*owner.type.schema, object);
  } else {
    DestroyObject(owner.type, object);
  }
}

absl::Status StateCore::Explain(const absl::Status& status) const {
  return WithContext(status, absl::StrCat(name(), ": ", status.message()));
}

}  // namespace relib::internal
