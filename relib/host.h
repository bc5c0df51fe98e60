#ifndef RELIB_HOST_H_
#define RELIB_HOST_H_

// The host's side: loads modules, calls them, and unloads them.
//
//   #include "greeter.h"
//   #include "relib/host.h"
//
//   absl::StatusOr<relib::Module<GreeterExports>> module =
//       relib::Load<GreeterExports>("libgreeter.so", GreeterImports{.log =
//       Log});
//   if (!module.ok()) { ... }
//   absl::StatusOr<std::string> text = module->exports().greet("Ada");
//   absl::StatusOr<relib::UnloadReport> report = module->Unload();

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/crash_guard.h"
#include "relib/errors.h"
#include "relib/interface.h"
#include "relib/internal/abi.h"
#include "relib/internal/attributes.h"
#include "relib/internal/gate.h"
#include "relib/internal/host_note.h"
#include "relib/internal/loaded_module.h"
#include "relib/internal/thunk.h"
#include "relib/options.h"

namespace relib {

// The exports of a module that offers nothing but a main.
struct NoExports {};

template <typename Exports>
class Module;

namespace internal {

template <>
struct LocalSide<void> {
  using Type = HostSide;
};

struct HostSide {
  template <typename R>
  using Result =
      std::conditional_t<std::is_void_v<R>, absl::Status, absl::StatusOr<R>>;

  // Inline in every caller: what is left of it is shorter than the code around
  // a call of it would be.
  template <typename R, typename... A>
  RELIB_INTERNAL_ALWAYS_INLINE static Result<R> Call(
      const Export<R(A...)>& entry, ParameterType<A>... arguments) {
    if (entry.gate_ == nullptr) [[unlikely]]
      return NotOfAModule<R>();
    const CallScope call(*static_cast<const Gate*>(entry.gate_), &entry);
    if (!call.entered()) [[unlikely]]
      return CallGuarded(entry, arguments...);
    return Invoke(entry, arguments...);
  }

  // How a module that is pinned is called: it can't go.
  struct Pinned {
    template <typename R>
    using Result = HostSide::Result<R>;

    template <typename R, typename... A>
    RELIB_INTERNAL_ALWAYS_INLINE static Result<R> Call(
        const Export<R(A...)>& entry, ParameterType<A>... arguments) {
      if (GateOf(entry).is_guarded()) [[unlikely]]
        return InvokeGuarded(entry, arguments...);
      return Invoke(entry, arguments...);
    }
  };

  // The same for an export that it may lack.
  struct PinnedOptional {
    template <typename R>
    using Result = HostSide::Result<R>;

    template <typename R, typename... A>
    RELIB_INTERNAL_ALWAYS_INLINE static Result<R> Call(
        const Export<R(A...)>& entry, ParameterType<A>... arguments) {
      if (!entry) [[unlikely]]
        return NotOfAModule<R>();
      return Pinned::Call(entry, arguments...);
    }
  };

  template <typename R, typename... A>
  RELIB_INTERNAL_ALWAYS_INLINE static Result<R> Invoke(
      const Export<R(A...)>& entry, ParameterType<A>... arguments) {
    return CallThunk<Result<R>, R>(
        entry.destroy_,
        [&](auto... storage) RELIB_INTERNAL_INLINE_LAMBDA {
          return entry.invoke_(storage..., arguments...);
        },
        [&](Failure* failure) { return Failed(entry, failure); });
  }

  // A module's callback, while an import that was given it runs: what holds
  // the module in place then holds it here.
  template <typename R, typename... A>
  static Result<R> Call(const FunctionRef<R(A...)>& function,
                        ParameterType<A>... arguments) {
    return CallThunk<Result<R>, R>(
        function.destroy_,
        [&](auto... storage) {
          return function.invoke_(function.context_, storage..., arguments...);
        },
        CallbackFailed);
  }

  // What is rare, kept out of the callers. The gate has said that it is closed.
  template <typename R, typename... A>
  RELIB_INTERNAL_COLD static Result<R> CallGuarded(
      const Export<R(A...)>& entry, ParameterType<A>... arguments) {
    const LoadedModule& module = ModuleOf(entry.gate_);
    if (!module.is_guarded()) return module.Refused(&entry);
    const GuardedCallScope call(module, &entry);
    if (!call.entered()) return module.Refused(&entry);
    return InvokeGuarded(entry, arguments...);
  }
  template <typename R, typename... A>
  RELIB_INTERNAL_COLD static Result<R> InvokeGuarded(
      const Export<R(A...)>& entry, ParameterType<A>... arguments) {
    const LoadedModule& module = ModuleOf(entry.gate_);
    if (module.is_poisoned()) return module.Refused(&entry);
    platform::Crash crash;
    // Stands for `crash`.
    auto* const crashed = reinterpret_cast<Failure*>(&crash);
    return CallThunk<Result<R>, R>(
        entry.destroy_,
        [&](auto... storage) {
          typename ResultTraits<R>::Type outcome{};
          const auto invoke = [&] {
            outcome = entry.invoke_(storage..., arguments...);
          };
          if (!module.RunGuarded(invoke, crash)) {
            if constexpr (ResultTraits<R>::kKind == ResultKind::kRegister) {
              outcome.failure = crashed;
            } else {
              outcome = crashed;
            }
          }
          return outcome;
        },
        [&](Failure* failure) -> Result<R> {
          if (failure == crashed) return module.Crashed(&entry, crash);
          return module.Failed(&entry, failure);
        });
  }
  template <typename R, typename... A>
  RELIB_INTERNAL_COLD static Result<R> Failed(const Export<R(A...)>& entry,
                                              Failure* failure) noexcept {
    return ModuleOf(entry.gate_).Failed(&entry, failure);
  }
  template <typename Entry>
  static const Gate& GateOf(const Entry& entry) {
    return *static_cast<const Gate*>(entry.gate_);
  }
  static const LoadedModule& ModuleOf(const void* gate) {
    return *static_cast<const LoadedModule*>(static_cast<const Gate*>(gate));
  }

  // An exports struct that the host made itself, or an OptionalExport that the
  // module lacks.
  template <typename R>
  RELIB_INTERNAL_COLD static Result<R> NotOfAModule() noexcept {
    return NotOfAModuleStatus();
  }
  static absl::Status NotOfAModuleStatus();
  // Takes the failure over.
  static absl::Status CallbackFailed(Failure* failure);
};

// The entries of T with the same layout, called without the gate.
template <typename T>
using PinnedExports = typename InterfaceOf<T>::Pinned;

// The exports of a module, as the loader fills them.
template <typename T>
struct Slots {
  static_assert(sizeof(T) == sizeof(PinnedExports<T>));

  // NOLINTNEXTLINE(modernize-use-equals-default): a union has no default one.
  Slots() : exports() {}

  union {
    T exports;
    PinnedExports<T> pinned;
  };
  ExportSlot main;
};
template <>
struct Slots<NoExports> {
  ExportSlot main;
};

template <typename Side, typename R>
HostSide::Result<R> CallMain(const LoadedModule& module,
                             const ExportSlot& main) {
  constexpr std::string_view kText = TextOf<MainTextOf<R>>();
  if (!module.MainIsKnownToBe(kText)) [[unlikely]] {
    absl::Status status = module.CheckMain(kText);
    if (!status.ok()) return status;
  }
  return Side::Call(reinterpret_cast<const Export<R()>&>(main));
}

}  // namespace internal

// Holds a module in place for a scope, in which calls cost no more than those
// of function pointers.
//
//   absl::StatusOr<relib::Pinned<GreeterExports>> pinned = module->Pin();
//   if (!pinned.ok()) { ... }
//   for (...) sum += *pinned->exports().add(1, 2);
//
// Until the last pin is destroyed, Unload() waits, and refuses at the deadline.
// Keep pins for as long as something runs that calls often, a frame or a
// request, and not for good. May be moved, also to other threads; two threads
// may call through one, and only one may move or destroy it.
template <typename Exports = NoExports>
class [[nodiscard]] Pinned {
 public:
  Pinned(Pinned&&) noexcept = default;
  Pinned& operator=(Pinned&&) noexcept = default;

  // The functions of the module, called as through Module::exports(), only that
  // they never answer CallError::kUnloading. Valid as long as this object.
  const auto& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    return slots_->pinned;
  }

  // As Module::CallMain(), likewise.
  template <typename R = void>
  internal::HostSide::Result<R> CallMain() const {
    return internal::CallMain<internal::HostSide::Pinned, R>(*module_,
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

// A module that is loaded. Thread-safe, except for moving and destroying it:
// any thread may call its exports, and any may unload it, on whichever thread
// it was loaded.
//
// The destructor unloads the module with the default options; when that is
// refused, it logs why (absl/log) and leaves the module loaded for the rest of
// the process.
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

  // The functions of the module. Calling one is safe at any time in the life of
  // this object; after Unload() it answers CallError::kUnloading.
  //
  // A call returns absl::StatusOr<R>, absl::Status for void:
  //   CallError::kUnloading  nothing ran
  //   CallError::kException  the function threw; ExceptionOf(status) tells what
  //   CallError::kNoExport   an OptionalExport that the module lacks
  const Exports& exports() const
    requires(!std::is_same_v<Exports, NoExports>)
  {
    return slots_->exports;
  }

  // Calls the body of RELIB_MAIN(R). Errors are those of exports(), and
  //   CallError::kNoMain, CallError::kWrongMainType  nothing ran
  template <typename R = void>
  internal::HostSide::Result<R> CallMain() const {
    return internal::CallMain<internal::HostSide, R>(*module_, slots_->main);
  }

  // Keeps the module in place as long as the result lives. For loops that call
  // often: see Pinned. An error is CallError::kUnloading.
  absl::StatusOr<Pinned<Exports>> Pin() const {
    if (module_ == nullptr) {
      return internal::MakeError(CallError::kUnloading,
                                 "this relib::Module was moved from");
    }
    internal::GatePin pin(*module_);
    if (!pin.taken()) return module_->RefusedPin();
    return Pinned<Exports>(std::move(pin), module_.get(), slots_.get());
  }

  // Takes the module out of the process: closes it for new calls and pins,
  // waits for those that there are, runs its before_unload, waits for its
  // threads, unmaps it, and proves that it is gone. `options.deadline` bounds
  // all of the waiting.
  //
  // On an error (UnloadErrorOf() tells which) the module is still loaded and
  // works, and Unload() can be called again. Two threads that unload at the
  // same time do it one after the other; the second gets kNotLoaded.
  absl::StatusOr<UnloadReport> Unload(const UnloadOptions& options = {}) {
    if (module_ == nullptr) {
      return internal::MakeError(UnloadError::kNotLoaded,
                                 "this relib::Module was moved from");
    }
    return module_->Unload(options);
  }

  // As given to Load().
  const std::string& path() const { return module_->path(); }

  // The file that is mapped: the canonical path, or that of the private copy.
  const std::string& mapped_path() const { return module_->mapped_path(); }

 private:
  template <typename E>
  friend absl::StatusOr<Module<E>> LoadWith(const std::string& path,
                                            internal::LoadRequest request,
                                            const LoadOptions& options);

  Module(std::unique_ptr<internal::LoadedModule> module,
         std::shared_ptr<internal::Slots<Exports>> slots)
      : slots_(std::move(slots)), module_(std::move(module)) {}

  std::shared_ptr<internal::Slots<Exports>> slots_;
  std::unique_ptr<internal::LoadedModule> module_;
};

template <typename Exports>
absl::StatusOr<Module<Exports>> LoadWith(const std::string& path,
                                         internal::LoadRequest request,
                                         const LoadOptions& options) {
  auto slots = std::make_shared<internal::Slots<Exports>>();
  if constexpr (!std::is_same_v<Exports, NoExports>) {
    request.exports = &internal::HostNote<Exports>();
  }
  request.slots = slots;
  request.slots_size = sizeof(*slots);
  absl::StatusOr<std::unique_ptr<internal::LoadedModule>> module =
      internal::LoadedModule::Load(path, std::move(request), options);
  if (!module.ok()) return module.status();
  return Module<Exports>(*std::move(module), std::move(slots));
}

// Loads the module in the file at `path`, a path to a file and not a name to be
// searched for. Its record is checked before anything in it runs; its static
// constructors run before this returns. Thread-safe.
//
// Errors: LoadErrorOf(status) tells the kind (relib/errors.h), the message the
// rest. A module that wasn't loaded leaves nothing behind.
template <typename Exports = NoExports>
absl::StatusOr<Module<Exports>> Load(const std::string& path,
                                     const LoadOptions& options = {}) {
  return LoadWith<Exports>(path, {}, options);
}

// The same for a module with imports. It may want any of those in `imports`;
// they live as long as the module. An import that the module wants and that is
// empty is LoadError::kMissingImport.
template <typename Exports = NoExports, internal::ImportsInterface Imports>
absl::StatusOr<Module<Exports>> Load(const std::string& path, Imports imports,
                                     const LoadOptions& options = {}) {
  internal::LoadRequest request;
  request.imports = &internal::HostNote<Imports>();
  request.import_slots = std::make_shared<const Imports>(std::move(imports));
  return LoadWith<Exports>(path, std::move(request), options);
}

}  // namespace relib

#endif  // RELIB_HOST_H_
