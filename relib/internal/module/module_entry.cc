#include "relib/internal/module/module_entry.h"

#include "platform/agent/agent.h"
#include "platform/throws/throw_observer.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/thunk.h"

namespace relib::internal {
namespace {

constinit const HostApi* bound_host = nullptr;

Failure* Start(const HostApi* host,
               const platform::AgentBinding* binding) noexcept {
  bound_host = host;
  platform::ObserveThrows(host->record_throw);
  platform::BindAgent(binding);
  return Run<void>(nullptr, [] { platform::RunConstructors(); });
}

}  // namespace

const HostApi* BoundHost() { return bound_host; }

}  // namespace relib::internal

// The only symbol that a module exports.
extern "C" RELIB_INTERNAL_EXPORTED constinit const relib::internal::
    ModuleDescriptor relib_module = {
        .size = sizeof(relib::internal::ModuleDescriptor),
        .exports = &relib_internal_exports,
        .imports = &relib_internal_imports,
        .main = &relib_internal_main,
        .before_unload = &relib_internal_before_unload,
        .states = &relib_internal_states,
        .start = &relib::internal::Start,
};
