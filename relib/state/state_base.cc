#include "relib/state/state_base.h"

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/checkpoint.h"
#include "relib/state/internal/core/state_core.h"
#include "relib/state/migration.h"

namespace relib {

internal::StateCore& internal::StateBaseAccess::Core(const StateBase& state) {
  return static_cast<StateCore&>(*state.module_state());
}

StateBase::StateBase(const internal::StateType& type,
                     const StateOptions& options)
    : AttachableState(std::make_shared<internal::StateCore>(type, options)) {}

StateBase::~StateBase() { core().Close(); }

internal::StateCore& StateBase::core() const {
  return internal::StateBaseAccess::Core(*this);
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
const internal::StateSlot* StateBase::slot() const { return core().slot(); }
absl::StatusOr<void*> StateBase::Get() const { return core().Get(); }

}  // namespace relib
