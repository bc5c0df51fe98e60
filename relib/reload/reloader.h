#ifndef RELIB_RELOAD_RELOADER_H_
#define RELIB_RELOAD_RELOADER_H_

// Keeps a module up to date with its sources while the program runs.
//
//   #include "greeter.h"
//   #include "relib/reload/reloader.h"
//
//   relib::Reloader<GreeterExports> reloader(
//       {
//           .module = "bazel-bin/examples/live_reload/libgreeter.so",
//           .watch = {"examples/live_reload"},
//           .build = "bazel build //examples/live_reload:greeter",
//       },
//       GreeterImports{.log = Log});
//   reloader.OnReload([](const relib::ReloadEvent& event) {
//     std::cout << event.ToString() << "\n" << event.output;
//   });
//   while (running) {
//     reloader.Poll();                // never waits for a build
//     reloader.exports().on_tick();   // always a version that works
//   }

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "relib/host.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/reloader_core.h"
#include "relib/reload/internal/version.h"
#include "relib/reload/options.h"

namespace relib {

// After a source has changed, builds the module, loads the result beside the
// version that runs, hands over to it, and unloads the old one. Whatever fails,
// the version that ran goes on, and the next change is another attempt. Changes
// during a build are followed by another build.
//
// Each version is loaded from a private copy, so that the build can overwrite
// or delete the original at any time.
//
// Any thread may call exports(). A call goes to the version that runs when it
// begins, or to the one before it, and keeps that in place until it ends; none
// is refused because of a reload, and none waits but while a state is migrated.
//
// The rest is for one thread, and nothing happens but inside of Poll(), Start()
// and Stop() on that: callbacks, static constructors and before_unload run
// there; only the build command runs by itself. Movable, but not while anything
// of it runs.
//
// The destructor ends a build that runs, and unloads what is loaded as the
// destructor of Module does.
template <typename Exports = NoExports>
class Reloader {
 public:
  // Does nothing yet. Each version is given a copy of `imports`, which share
  // their callables.
  explicit Reloader(ReloadOptions options) : Reloader(std::move(options), 0) {}
  template <internal::ImportsInterface Imports>
  Reloader(ReloadOptions options, Imports imports)
      : Reloader(std::move(options), 0, std::move(imports)) {}

  Reloader(Reloader&&) noexcept = default;
  Reloader& operator=(Reloader&&) noexcept = default;

  // `callback` gets every event from now on, instead of the one before it. It
  // runs inside of Poll(), may call exports(), and must not destroy or move the
  // Reloader; calling Poll() in it does nothing.
  void OnReload(std::function<void(const ReloadEvent&)> callback) {
    core_->OnReload(std::move(callback));
  }

  // `first_call` is called with every new version, inside of Poll(), before any
  // other call can reach it: an error of it, or of a call that it returns,
  // leaves the old version running with its states as they were, and is the
  // status of kLoadFailed. While it runs, calls wait if there are states; those
  // of this thread by exports(), which would wait for ever, are refused with
  // kUnloading.
  //
  //   reloader.SetFirstCall([&](const GameExports& game) {
  //     return game.update(*world);
  //   });
  void SetFirstCall(std::function<absl::Status(const Exports&)> first_call)
    requires(!std::is_same_v<Exports, NoExports>)
  {
    core_->SetFirstCall(0, [first_call = std::move(first_call)](
                               internal::ReloadableVersion& version) {
      return first_call(internal::ModuleOf<Exports>(&version)->exports());
    });
  }

  // Does what there is to do now: sees changes, starts a build, takes the
  // result of one, switches to a new version, unloads an old one. True if there
  // was an event. The first call starts everything.
  //
  // Never waits for a build. It takes a few microseconds when there is nothing
  // to do, the time that a module needs to load when there is a new one, and up
  // to `unload_deadline` when an old one is to go that is in use.
  //
  // `wait`: with nothing to do, waits that long for an event. For programs
  // without a loop of their own: a reload that waits for the next Poll() is
  // late.
  bool Poll(absl::Duration wait = absl::ZeroDuration()) {
    return core_->Poll(wait);
  }

  // Polls until the first version runs, or couldn't be built or loaded: then
  // returns the reason, and later polls go on trying. DeadlineExceeded after
  // `timeout`. A program that can do without the module needn't call this.
  absl::Status Start(absl::Duration timeout = absl::InfiniteDuration()) {
    return core_->Start(timeout);
  }

  // Ends a build that runs and unloads all versions, each with an event. On an
  // error (UnloadErrorOf() tells which) what refused is still loaded, and
  // Stop() can be called again. Afterwards exports() is as before the first
  // version, and Poll() does nothing.
  absl::Status Stop(const UnloadOptions& options = {}) {
    return core_->Stop(options);
  }

  // Makes a checkpoint of every state, which the last good version starts with
  // should this one crash; each switch does, too. Unavailable when calls don't
  // return within `switch_deadline`.
  absl::Status Checkpoint() { return core_->Checkpoint(); }

  // The functions of the version that runs. Before there is one, calling any of
  // them is a FailedPrecondition. For any thread; the reference is valid as
  // long as the Reloader, and calls through one of an earlier version go to the
  // one that runs.
  const Exports& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    return internal::ExportsOn<Exports>(core_->line(0));
  }

  // The version that runs, to pin it or call its main; null before there is
  // one. Valid until the next Poll(). Don't unload it.
  const Module<Exports>* module() const {
    return internal::ModuleOf<Exports>(core_->current(0));
  }

  // The number of the version that runs, from 1; 0 before there is one.
  int version() const { return core_->version(0); }

  // Why what runs is not what the sources say: the last build or load failed.
  // OK otherwise.
  const absl::Status& status() const { return core_->status(); }

 private:
  // The int tells it from the public constructors.
  template <typename... Imports>
  Reloader(ReloadOptions options, int, Imports... imports) {
    const std::string module = options.module;
    const std::vector<StateBase*> states = options.states;
    core_ = std::make_unique<internal::ReloaderCore>(std::move(options));
    core_->Add(module, internal::MakeGateAndSlots<Exports>,
               internal::LoaderOf<Exports>(
                   [imports...] { return std::tuple<Imports...>(imports...); }),
               states);
  }

  std::unique_ptr<internal::ReloaderCore> core_;
};

}  // namespace relib

#endif  // RELIB_RELOAD_RELOADER_H_
