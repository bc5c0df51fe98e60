#ifndef RELIB_RELOAD_GROUP_H_
#define RELIB_RELOAD_GROUP_H_

// Keeps several modules that use each other up to date.
//
//   #include "relib/reload/group.h"
//
//   relib::Group group({
//       .watch = {"game"},
//       .build = "bazel build //game:all",
//   });
//   relib::Member<MathExports> math =
//       group.Add<MathExports>("bazel-bin/game/libmath.so");
//   relib::Member<GameExports> game =
//       group.Add<GameExports>("bazel-bin/game/libgame.so", [&] {
//         return GameImports{.sqrt = math.Link(&MathExports::sqrt),
//                            .log = Log};
//       });
//   while (running) {
//     group.Poll();
//     game.exports().on_tick();
//   }

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "relib/host.h"
#include "relib/interface.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/reloader_core.h"
#include "relib/reload/internal/version.h"
#include "relib/reload/options.h"

namespace relib {

// A module of a Group. Copies refer to the same module. Valid as long as the
// Group.
template <typename Exports = NoExports>
class Member {
 public:
  // Like the functions of Reloader. exports() is thread-safe.
  const Exports& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    return internal::ExportsOf<Exports>(core_->router(index_));
  }
  const Module<Exports>* module() const {
    return internal::ModuleOf<Exports>(core_->current(index_));
  }
  int version() const { return core_->version(index_); }

  // Returns an export of this module as an import of another one. Must be
  // called by the function that makes the imports of the other module (see
  // Group::Add()). From then on, the other module uses this one.
  template <typename Signature>
  Import<Signature> Link(Export<Signature> Exports::* entry) const {
    const Module<Exports>* module =
        internal::ModuleOf<Exports>(core_->Link(index_));
    if (module == nullptr) return {};
    return module->Link(entry);
  }

 private:
  friend class Group;
  Member(internal::ReloaderCore* core, size_t index)
      : core_(core), index_(index) {}

  internal::ReloaderCore* core_;
  size_t index_;
};

// Like a Reloader, for several modules that use each other's exports. After a
// build, loads the modules whose files have changed and the modules that use
// one of these, used modules first. The new versions take over together: if one
// can't be loaded, none takes over. Then unloads the old versions, users first.
//
// The threading rules are those of Reloader.
class Group {
 public:
  // `options.module` must be empty, because the modules come from Add().
  explicit Group(ReloadOptions options)
      : core_(std::make_unique<internal::ReloaderCore>(std::move(options))) {}

  Group(Group&&) noexcept = default;
  Group& operator=(Group&&) noexcept = default;

  // Adds the module in the file `module`, a path like ReloadOptions::module. It
  // may use the modules that were added before it. Must be called before the
  // first Poll(). `states` are migrated from version to version, and must
  // outlive the Group.
  template <typename Exports = NoExports>
  Member<Exports> Add(const std::string& module,
                      std::vector<StateBase*> states = {}) {
    return AddWith<Exports>(
        module, [] { return std::tuple<>(); }, std::move(states));
  }
  // Also calls `imports` for each version, inside of Poll(); it returns the
  // imports struct of that version.
  template <typename Exports = NoExports, typename Imports>
    requires std::is_invocable_v<Imports>
  Member<Exports> Add(const std::string& module, Imports imports,
                      std::vector<StateBase*> states = {}) {
    return AddWith<Exports>(
        module,
        [imports = std::move(imports)] { return std::make_tuple(imports()); },
        std::move(states));
  }

  // Like the functions of Reloader.
  void OnReload(std::function<void(const ReloadEvent&)> callback) {
    core_->OnReload(std::move(callback));
  }
  bool Poll(absl::Duration wait = absl::ZeroDuration()) {
    return core_->Poll(wait);
  }
  // Polls until the first version of every module runs.
  absl::Status Start(absl::Duration timeout = absl::InfiniteDuration()) {
    return core_->Start(timeout);
  }
  absl::Status Stop(const UnloadOptions& options = {}) {
    return core_->Stop(options);
  }
  absl::Status Checkpoint() { return core_->Checkpoint(); }
  const absl::Status& status() const { return core_->status(); }

 private:
  template <typename Exports, typename Imports>
  Member<Exports> AddWith(const std::string& module, Imports imports,
                          std::vector<StateBase*> states) {
    return Member<Exports>(
        core_.get(),
        core_->Add(module, internal::MakeGateAndSlots<Exports>,
                   internal::MakeLoader<Exports>(std::move(imports)),
                   std::move(states)));
  }

  std::unique_ptr<internal::ReloaderCore> core_;
};

}  // namespace relib

#endif  // RELIB_RELOAD_GROUP_H_
