#ifndef RELIB_RELOAD_GROUP_H_
#define RELIB_RELOAD_GROUP_H_

// Keeps several modules up to date that use each other.
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
//         return GameImports{.sqrt = math.Link(&MathExports::sqrt), .log =
//         Log};
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

// A module of a Group. Copies stand for the same one; valid as long as the
// Group.
template <typename Exports = NoExports>
class Member {
 public:
  // As those of Reloader. exports() is for any thread.
  const Exports& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    return internal::ExportsOn<Exports>(core_->line(index_));
  }
  const Module<Exports>* module() const {
    return internal::ModuleOf<Exports>(core_->current(index_));
  }
  int version() const { return core_->version(index_); }

  // Inside of the function that Group::Add() was given for another module: an
  // export of this one as an import of that. From then on, that one uses this
  // one.
  template <typename Signature>
  Import<Signature> Link(Export<Signature> Exports::* entry) const {
    const Module<Exports>* module =
        internal::ModuleOf<Exports>(core_->Used(index_));
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

// Like a Reloader, for modules that use each other's exports and change
// together. After a build, all modules whose files are new are loaded, and all
// that use one of those; used ones first. They take over together, or not at
// all: when one can't be loaded, none is replaced. Then the old ones are
// unloaded, users first.
//
// What is said of the threads of a Reloader is true of this.
class Group {
 public:
  // `options.module` is empty: Add() gives the modules.
  explicit Group(ReloadOptions options)
      : core_(std::make_unique<internal::ReloaderCore>(std::move(options))) {}

  Group(Group&&) noexcept = default;
  Group& operator=(Group&&) noexcept = default;

  // The module in the file `module`, a path like ReloadOptions::module. Before
  // the first Poll(); it may use those that were added before it.
  // `states` are handed on from version to version, and outlive the Group.
  template <typename Exports = NoExports>
  Member<Exports> Add(const std::string& module,
                      std::vector<StateBase*> states = {}) {
    return AddWith<Exports>(
        module, [] { return std::tuple<>(); }, std::move(states));
  }
  // `imports` gives the imports struct for each version, inside of Poll().
  template <typename Exports = NoExports, typename Imports>
    requires std::is_invocable_v<Imports>
  Member<Exports> Add(const std::string& module, Imports imports,
                      std::vector<StateBase*> states = {}) {
    return AddWith<Exports>(
        module,
        [imports = std::move(imports)] { return std::make_tuple(imports()); },
        std::move(states));
  }

  // As those of Reloader.
  void OnReload(std::function<void(const ReloadEvent&)> callback) {
    core_->OnReload(std::move(callback));
  }
  bool Poll(absl::Duration wait = absl::ZeroDuration()) {
    return core_->Poll(wait);
  }
  // Until the first version of every module runs.
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
        core_.get(), core_->Add(module, internal::MakeGateAndSlots<Exports>,
                                internal::LoaderOf<Exports>(std::move(imports)),
                                std::move(states)));
  }

  std::unique_ptr<internal::ReloaderCore> core_;
};

}  // namespace relib

#endif  // RELIB_RELOAD_GROUP_H_
