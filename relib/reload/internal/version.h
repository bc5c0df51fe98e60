#ifndef RELIB_RELOAD_INTERNAL_VERSION_H_
#define RELIB_RELOAD_INTERNAL_VERSION_H_

#include <memory>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "relib/host.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/reload/internal/reloadable_version.h"
#include "relib/reload/internal/version_router.h"

// The typed part of Reloader and Group.

namespace relib::internal {

// A loaded version of a module with the given exports.
template <typename Exports>
struct Version final : ReloadableVersion {
  explicit Version(Module<Exports> loaded) : module(std::move(loaded)) {}
  LoadedModule& loaded() override { return ModuleAccess::Loaded(module); }

  Module<Exports> module;
};

// Returns the module of a version. Returns null for null.
template <typename Exports>
const Module<Exports>* ModuleOf(ReloadableVersion* version) {
  return version == nullptr ? nullptr
                            : &static_cast<Version<Exports>*>(version)->module;
}

// Returns the exports of the current version. If there is none, returns exports
// that refuse to be called.
template <typename Exports>
const Exports& ExportsOf(const VersionRouter& router) {
  static const Exports kNone{};
  const void* slots = router.slots();
  return slots == nullptr ? kNone
                          : static_cast<const Slots<Exports>*>(slots)->exports;
}

// Returns a function that loads versions. `imports` is called for each version,
// and returns a tuple that is empty or holds an imports struct.
template <typename Exports, typename Imports>
VersionLoader MakeLoader(Imports imports) {
  return [imports = std::move(imports)](VersionRequest request)
             -> absl::StatusOr<std::unique_ptr<ReloadableVersion>> {
    absl::StatusOr<Module<Exports>> module = std::apply(
        [&](auto... given) {
          LoadRequest load = RequestWith(std::move(given)...);
          load.name = std::move(request.name);
          load.enter = std::move(request.acquire_slots);
          return LoadWith<Exports>(request.path, std::move(load),
                                   request.options);
        },
        imports());
    if (!module.ok()) return module.status();
    return std::make_unique<Version<Exports>>(*std::move(module));
  };
}

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_VERSION_H_
