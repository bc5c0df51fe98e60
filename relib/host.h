#ifndef RELIB_HOST_H_
#define RELIB_HOST_H_

// For hosts: loads modules, calls them, and unloads them.
//
//   #include "greeter.h"
//   #include "relib/host.h"
//
//   absl::StatusOr<relib::Module<GreeterExports>> module =
//       relib::Load<GreeterExports>("libgreeter.so",
//                                   GreeterImports{.log = Log});
//   if (!module.ok()) return module.status();
//   absl::StatusOr<std::string> text = module->exports().greet("Ada");
//   absl::StatusOr<relib::UnloadReport> report = module->Unload();

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/base/macros.h"
#include "absl/status/statusor.h"
#include "relib/errors.h"
#include "relib/interface.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/host_side.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_link.h"
#include "relib/internal/loader/slots.h"
#include "relib/internal/loader/typed_load.h"
#include "relib/options.h"

namespace relib {

// The exports of a module that has only a main.
struct NoExports {};

// A lock that keeps a module loaded for a scope. Calls under it cost as much as
// calls of function pointers.
//
//   absl::StatusOr<relib::Pinned<GreeterExports>> pinned = module->Pin();
//   if (!pinned.ok()) return pinned.status();
//   for (...) sum += *pinned->exports().add(1, 2);
//
// Unload() waits until the last pin is destroyed, and fails at its deadline.
// Hold a pin for a frame or a request, not for the life of the program.
//
// Thread-compatible: several threads may call through a pin, but only one may
// move or destroy it. It may be moved to and destroyed on another thread.
template <typename Exports = NoExports>
class [[nodiscard]] Pinned {
 public:
  Pinned(Pinned&&) noexcept = default;
  Pinned& operator=(Pinned&&) noexcept = default;

  // Returns the functions of the module. Calls are like those through
  // Module::exports(), but never fail with CallError::kUnloading. The reference
  // is valid as long as this object.
  const auto& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    return slots_->ungated;
  }

  // Calls the body of RELIB_MAIN(R), like Module::CallMain(), but never fails
  // with CallError::kUnloading.
  template <typename R = void>
  internal::HostSide::Result<R> CallMain() const {
    return internal::CallMain<internal::HostSide::Ungated, R>(*module_,
                                                              slots_->main);
  }

 private:
  template <typename E>
  friend class Module;

  Pinned(internal::GatePin pin, const internal::LoadedModule* module,
         const internal::Slots<Exports>* slots)
      : pin_(std::move(pin)), module_(module), slots_(slots) {}

  internal::GatePin pin_;
  const internal::LoadedModule* module_;
  const internal::Slots<Exports>* slots_;
};

// A loaded module. Thread-safe, except for moving and destroying it: any thread
// may call its exports and unload it.
//
// The destructor unloads the module with the default UnloadOptions. If that
// fails, it logs the error (absl/log) and leaves the module loaded until the
// process ends.
//
// A moved-from Module supports only destruction, assignment, Pin() and
// Unload(). Its other functions must not be called; debug builds and builds
// with a hardened Abseil check that.
template <typename Exports = NoExports>
class Module {
 public:
  Module(Module&& other) noexcept = default;
  Module& operator=(Module&& other) noexcept {
    if (this != &other) {
      internal::LoadedModule::Destroy(std::move(module_));
      module_ = std::move(other.module_);
      slots_ = std::move(other.slots_);
    }
    return *this;
  }
  ~Module() { internal::LoadedModule::Destroy(std::move(module_)); }

  // Returns the functions of the module. The reference is valid as long as this
  // object; after Unload(), calls fail with CallError::kUnloading.
  //
  // A call returns absl::StatusOr<R>, or absl::Status for void. It keeps the
  // module loaded until it returns, at a cost of a few nanoseconds. Errors (see
  // CallErrorOf()):
  //   kUnloading  The module is being unloaded. Nothing ran.
  //   kException  The function threw; ExceptionOf() describes the exception.
  //   kNoExport   The module lacks this OptionalExport. Nothing ran.
  // and with LoadOptions::crash_guard:
  //   kCrashed    The function crashed; CrashOf() describes the crash.
  //   kPoisoned   The module has crashed before. Nothing ran.
  const Exports& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    ABSL_HARDENING_ASSERT(slots_ != nullptr);
    return slots_->exports;
  }

  // Calls the body of RELIB_MAIN(R) and returns its result. The errors are
  // those of exports(), and:
  //   kNoMain         The module has no main. Nothing ran.
  //   kWrongMainType  Its main returns another type than R. Nothing ran.
  template <typename R = void>
  internal::HostSide::Result<R> CallMain() const {
    ABSL_HARDENING_ASSERT(module_ != nullptr);
    return internal::CallMain<internal::HostSide, R>(*module_, slots_->main);
  }

  // Keeps the module loaded as long as the result lives. Use it for loops that
  // call often; see Pinned. Fails with CallError::kUnloading if the module is
  // being unloaded. Takes a lock.
  absl::StatusOr<Pinned<Exports>> Pin() const {
    if (module_ == nullptr) {
      return internal::MakeError(CallError::kUnloading,
                                 "this relib::Module was moved from");
    }
    internal::GatePin pin(module_->gate());
    if (!pin.taken()) return module_->RefusedPin();
    return Pinned<Exports>(std::move(pin), module_.get(), slots_.get());
  }

  // Returns an export of this module as an import for another module:
  //
  //   relib::Load<GameExports>(
  //       "libgame.so", GameImports{.sqrt = math->Link(&MathExports::sqrt)});
  //
  // Calls go from module to module, at the cost of two function pointers. While
  // a module is loaded that was given the result, unloading this one fails with
  // UnloadError::kInUse. The result alone doesn't keep this module loaded.
  template <typename Entry>
  auto Link(Entry Exports::* entry) const {
    ABSL_HARDENING_ASSERT(module_ != nullptr);
    return internal::ModuleLink(module_->shared_gate(),
                                &(slots_->exports.*entry));
  }

  // Unloads the module: refuses new calls and pins, waits for those in flight,
  // runs its before_unload, waits for its threads, unmaps its image, and
  // verifies that it is unmapped. Then reclaims the module's resources and
  // reports them. The waits together take at most `options.deadline`.
  //
  // On an error (see UnloadErrorOf()) the module stays loaded and usable, and
  // Unload() may be called again. Concurrent calls run one after the other; the
  // later ones fail with kNotLoaded.
  absl::StatusOr<UnloadReport> Unload(const UnloadOptions& options = {}) {
    if (module_ == nullptr) {
      return internal::MakeError(UnloadError::kNotLoaded,
                                 "this relib::Module was moved from");
    }
    return module_->Unload(options);
  }

  // Returns the path that was passed to Load().
  const std::string& path() const {
    ABSL_HARDENING_ASSERT(module_ != nullptr);
    return module_->path();
  }

  // Returns the path of the mapped file: the canonical path, or that of the
  // private copy.
  const std::string& mapped_path() const {
    ABSL_HARDENING_ASSERT(module_ != nullptr);
    return module_->mapped_path();
  }

 private:
  friend internal::ModuleAccess;

  explicit Module(std::unique_ptr<internal::LoadedModule> module)
      : slots_(std::static_pointer_cast<internal::Slots<Exports>>(
            module->slots())),
        module_(std::move(module)) {}

  std::shared_ptr<internal::Slots<Exports>> slots_;
  std::unique_ptr<internal::LoadedModule> module_;
};

// Loads the module in the file at `path`, which is not searched for in library
// directories. Checks the manifest of the module before any of its code runs,
// then runs its static constructors. Thread-safe.
//
// On an error, LoadErrorOf() returns the kind (relib/errors.h), and nothing of
// the module stays in the process unless the message says so.
template <typename Exports = NoExports>
absl::StatusOr<Module<Exports>> Load(const std::string& path,
                                     const LoadOptions& options = {}) {
  return internal::LoadWith<Exports>(path, {}, options);
}

// Loads a module with imports. The module may use any subset of `imports`,
// which live as long as the module. Fails with LoadError::kMissingImport if the
// module uses an import that is empty.
template <typename Exports = NoExports, internal::ImportsInterface Imports>
absl::StatusOr<Module<Exports>> Load(const std::string& path, Imports imports,
                                     const LoadOptions& options = {}) {
  return internal::LoadWith<Exports>(
      path, internal::RequestWith(std::move(imports)), options);
}

}  // namespace relib

#endif  // RELIB_HOST_H_
