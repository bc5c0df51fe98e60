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
//     reloader.Poll();               // never waits for a build
//     reloader.exports().on_tick();  // calls the current version
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

// Reloads a module when its sources change: builds it, loads the result beside
// the current version, switches to it, and unloads the old version. If any step
// fails, the current version continues to run until the next change. Changes
// during a build cause another build.
//
// Each version is loaded from a private copy, so the build may overwrite or
// delete the original at any time.
//
// Any thread may call exports(). A call goes to the version that is current
// when it begins, or to the one before that, and keeps it loaded until the call
// ends. No call is refused because of a reload. A call waits only while calls
// are paused to migrate a state or to make a checkpoint.
//
// All other functions must be called on one thread. Callbacks and static
// constructors run on that thread, inside of Poll(), Start() and Stop(). These
// wait for before_unload, which runs on a thread of its own, until the unload
// deadline. The build command runs in the background. A Reloader must not be
// moved while one of its functions or calls runs.
//
// Functions of the program may throw. If those that make imports or the first
// call of a version throw, that version isn't loaded (kLoadFailed). If another
// callback throws, the work continues as if it had returned, and Poll(),
// Start() or Stop() throws the first exception at its end. Calls are never left
// paused.
//
// The destructor ends a running build, and unloads all versions as ~Module()
// does.
template <typename Exports = NoExports>
class Reloader {
 public:
  // The first Poll() starts everything; the constructor does not. Each version
  // gets a copy of `imports`; the copies share their callables.
  explicit Reloader(ReloadOptions options)
      : Reloader(InitTag(), std::move(options)) {}
  template <internal::ImportsInterface Imports>
  Reloader(ReloadOptions options, Imports imports)
      : Reloader(InitTag(), std::move(options), std::move(imports)) {}

  Reloader(Reloader&&) noexcept = default;
  Reloader& operator=(Reloader&&) noexcept = default;

  // Sets the callback that gets every event. It runs inside of Poll(), and may
  // call exports(). It must not destroy or move the Reloader. If it calls
  // Poll(), that does nothing.
  void OnReload(std::function<void(const ReloadEvent&)> callback) {
    core_->OnReload(std::move(callback));
  }

  // Sets a function that Poll() calls with every new version before any other
  // call can reach that version. If it returns an error or throws, the old
  // version continues to run with its states restored, and the error is the
  // status of kLoadFailed. If the module has states, other calls wait
  // meanwhile; calls of this thread through exports(), which would wait for
  // themselves, are refused with kUnloading.
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

  // Does what there is to do now: collects changes, starts a build, loads the
  // result of a build, switches to a new version, or unloads an old one.
  // Returns true if there was an event.
  //
  // Never waits for a build. Takes a few microseconds if there is nothing to
  // do, the load time of the module if there is a new version, and up to
  // `unload_deadline` if an old version is still in use.
  //
  // If there is nothing to do, waits up to `wait` for an event. Programs
  // without a loop of their own should use this: a reload happens only inside
  // of Poll().
  bool Poll(absl::Duration wait = absl::ZeroDuration()) {
    return core_->Poll(wait);
  }

  // Polls until the first version runs. Returns an error if it can't be built
  // or loaded; later polls try again. Returns DeadlineExceeded after `timeout`.
  // A program that can run without the module need not call this.
  absl::Status Start(absl::Duration timeout = absl::InfiniteDuration()) {
    return core_->Start(timeout);
  }

  // Ends a running build and unloads all versions, with an event for each.
  // Returns an error, for UnloadErrorOf(), if a version refuses; it is still
  // loaded then, and Stop() can be called again. Afterwards exports() refuses
  // calls as before the first version, and Poll() does nothing.
  absl::Status Stop(const UnloadOptions& options = {}) {
    return core_->Stop(options);
  }

  // Makes a checkpoint of every state. If the current version crashes, the
  // version before it starts from the last checkpoint. Every switch makes
  // checkpoints, too. Returns Unavailable if the calls that run don't return
  // within `switch_deadline`.
  absl::Status Checkpoint() { return core_->Checkpoint(); }

  // Returns the exports of the current version. If there is none, calls return
  // FailedPrecondition. Thread-safe. The reference is valid as long as the
  // Reloader; calls through a reference from an earlier version go to the
  // current version.
  const Exports& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    return internal::ExportsOf<Exports>(core_->router(0));
  }

  // Returns the current version, for Pin() and CallMain(), or null if there is
  // none. Valid until the next Poll(). Must not be unloaded.
  const Module<Exports>* module() const {
    return internal::ModuleOf<Exports>(core_->current(0));
  }

  // Returns the number of the current version. Versions count from 1; 0 means
  // that there is none.
  int version() const { return core_->version(0); }

  // Returns the error of the last build or load, because of which the current
  // version does not match the sources. Returns OK if it matches.
  const absl::Status& status() const { return core_->status(); }

 private:
  // Selects the private constructor.
  struct InitTag {};

  template <typename... Imports>
  Reloader(InitTag, ReloadOptions options, Imports... imports) {
    const std::string module = options.module;
    const std::vector<StateBase*> states = options.states;
    core_ = std::make_unique<internal::ReloaderCore>(std::move(options));
    core_->Add(module, internal::MakeGateAndSlots<Exports>,
               internal::MakeLoader<Exports>(
                   [imports...] { return std::tuple<Imports...>(imports...); }),
               states);
  }

  std::unique_ptr<internal::ReloaderCore> core_;
};

}  // namespace relib

#endif  // RELIB_RELOAD_RELOADER_H_
