#ifndef RELIB_INTERNAL_LOADER_TYPED_LOAD_H_
#define RELIB_INTERNAL_LOADER_TYPED_LOAD_H_

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "relib/interface.h"
#include "relib/internal/loader/host_manifest.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/slots.h"
#include "relib/options.h"

namespace relib {

template <typename Exports>
class Module;

namespace internal {

// Converts between Module and LoadedModule.
struct ModuleAccess {
  template <typename Exports>
  static Module<Exports> Make(std::unique_ptr<LoadedModule> module) {
    return Module<Exports>(std::move(module));
  }
  template <typename Exports>
  static LoadedModule& Loaded(const Module<Exports>& module) {
    return *module.module_;
  }
};

// Returns the request to load a module that may use the given imports.
inline LoadRequest RequestWith() { return {}; }
template <ImportsInterface Imports>
LoadRequest RequestWith(Imports imports) {
  LoadRequest request;
  request.imports = &HostManifest<Imports>();
  request.import_slots = std::make_shared<const Imports>(std::move(imports));
  return request;
}

// Implements Load() in relib/host.h, which documents the errors.
template <typename Exports>
absl::StatusOr<Module<Exports>> LoadWith(const std::string& path,
                                         LoadRequest request,
                                         const LoadOptions& options) {
  if constexpr (!std::is_same_v<Exports, NoExports>) {
    request.exports = &HostManifest<Exports>();
  }
  request.slots_size = sizeof(Slots<Exports>);
  if (!request.enter) {
    request.enter = [](const std::vector<bool>&) {
      return MakeGateAndSlots<Exports>();
    };
  }
  absl::StatusOr<std::unique_ptr<LoadedModule>> module =
      LoadedModule::Load(path, std::move(request), options);
  if (!module.ok()) return module.status();
  return ModuleAccess::Make<Exports>(*std::move(module));
}

}  // namespace internal
}  // namespace relib

#endif  // RELIB_INTERNAL_LOADER_TYPED_LOAD_H_
