#ifndef RELIB_RELOAD_INTERNAL_VERSION_H_
#define RELIB_RELOAD_INTERNAL_VERSION_H_

#include <memory>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "relib/host.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/reload/internal/reloader_core.h"
#include "relib/reload/internal/switchboard.h"

// What Reloader and Group know of the types of a module.

namespace relib::internal {

template <typename Exports>
struct Version final : ReloadableVersion {
  explicit Version(Module<Exports> loaded) : module(std::move(loaded)) {}
  LoadedModule& loaded() override { return ModuleAccess::Loaded(module); }

  Module<Exports> module;
};

// Null for null.
template <typename Exports>
const Module<Exports>* ModuleOf(ReloadableVersion* version) {
  return version == nullptr ? nullptr
                            : &static_cast<Version<Exports>*>(version)->module;
}

// Those of the version that runs, or some that refuse to be called.
template <typename Exports>
const Exports& ExportsOn(const Line& line) {
  static const Exports kNone{};
  const void* slots = line.slots();
  return slots == nullptr ? kNone
                          : static_cast<const Slots<Exports>*>(slots)->exports;
}

// `imports` gives a tuple, empty or with an imports struct, for each version.
template <typename Exports, typename Imports>
VersionLoader LoaderOf(Imports imports) {
  return [imports = std::move(imports)](VersionRequest request)
             -> absl::StatusOr<std::unique_ptr<ReloadableVersion>> {
    absl::StatusOr<Module<Exports>> module = std::apply(
        [&](auto... given) {
          LoadRequest load = RequestWith(std::move(given)...);
          load.name = std::move(request.name);
          load.enter = std::move(request.enter);
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
