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
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/macros.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/host/crash_guard.h"
#include "relib/errors.h"
#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/host_manifest.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"
#include "relib/options.h"

namespace relib {

// The exports of a module that offers nothing but a main.
struct NoExports {};

template <typename Exports>
class Module;

namespace internal {

struct ModuleAccess;

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
    const CallScope call(GateOf(entry), &entry);
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
    const ModuleGate& gate = GateOf(entry);
    if (gate.is_guarded()) {
      const GuardedCallScope call(gate, &entry);
      if (call.entered()) return InvokeGuarded(entry, arguments...);
    }
    const Detour detour = gate.DetourOf(&entry);
    if (detour.entry == nullptr) return detour.status;
    const auto& other = *static_cast<const Export<R(A...)>*>(detour.entry);
    if (!detour.is_inside) return Call(other, arguments...);
    return gate.is_guarded() ? InvokeGuarded(other, arguments...)
                             : Invoke(other, arguments...);
  }
  template <typename R, typename... A>
  RELIB_INTERNAL_COLD static Result<R> InvokeGuarded(
      const Export<R(A...)>& entry, ParameterType<A>... arguments) {
    const LoadedModule& module = GateOf(entry).module();
    if (module.is_poisoned()) return module.Refused(&entry);
    platform::Crash crash;
    return CallThunk<Result<R>, R>(
        entry.destroy_,
        [&](auto... storage) {
          return RunGuarded<R>(module, crash, [&] {
            return entry.invoke_(storage..., arguments...);
          });
        },
        [&](Failure* failure) -> Result<R> {
          if (failure == Represents(crash)) {
            return module.Crashed(&entry, crash);
          }
          return module.Failed(&entry, failure);
        });
  }

  // What a thunk gives back, or Represents(crash).
  template <typename R, typename Invoke>
  static typename ResultTraits<R>::Type RunGuarded(const LoadedModule& module,
                                                   platform::Crash& crash,
                                                   const Invoke& invoke) {
    typename ResultTraits<R>::Type outcome{};
    const auto run = [&] { outcome = invoke(); };
    if (module.RunGuarded(run, crash)) return outcome;
    return FailureAs<R>(Represents(crash));
  }
  static Failure* Represents(platform::Crash& crash) {
    return reinterpret_cast<Failure*>(&crash);
  }
  template <typename R>
  static typename ResultTraits<R>::Type FailureAs(Failure* failure) {
    if constexpr (ResultTraits<R>::kKind == ResultKind::kRegister) {
      return Outcome<R>::OfFailure(failure);
    } else {
      return failure;
    }
  }

  // Calls an export for another module, which keeps this one in place as long
  // as it is loaded itself: no gate is needed. Results and failures go through
  // as they are. `storage` is a pointer, or nothing.
  template <typename R, typename... A>
  static typename ResultTraits<R>::Type CallForModule(
      const Export<R(A...)>& entry, auto... storage_and_arguments) noexcept {
    const ModuleGate& gate = GateOf(entry);
    if (!gate.is_guarded()) [[likely]]
      return entry.invoke_(storage_and_arguments.get()...);
    const LoadedModule& module = gate.module();
    if (module.is_poisoned()) {
      return FailureAs<R>(FailureOf(module.Refused(&entry)));
    }
    platform::Crash crash;
    const auto outcome = RunGuarded<R>(module, crash, [&] {
      return entry.invoke_(storage_and_arguments.get()...);
    });
    if (FailureIn(outcome) != Represents(crash)) return outcome;
    return FailureAs<R>(FailureOf(module.Crashed(&entry, crash)));
  }
  template <typename R>
  static Failure* FailureIn(const Outcome<R>& outcome) {
    return outcome.failure;
  }
  static Failure* FailureIn(Failure* failure) { return failure; }
  static Failure* FailureOf(const absl::Status& status);
  template <typename R, typename... A>
  static DestroyFunction DestroyerOf(const Export<R(A...)>& entry) {
    return entry.destroy_;
  }

  template <typename R, typename... A>
  RELIB_INTERNAL_COLD static Result<R> Failed(const Export<R(A...)>& entry,
                                              Failure* failure) noexcept {
    return GateOf(entry).module().Failed(&entry, failure);
  }
  template <typename Entry>
  static const ModuleGate& GateOf(const Entry& entry) {
    return *static_cast<const ModuleGate*>(entry.gate_);
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

// What the host sees of a module, in one piece of memory. A Reloader has one
// for each version that is loaded at the same time, and uses it again.
template <typename T>
struct Entrance {
  explicit Entrance(CallRouter* router = nullptr) : gate(router) {}

  ModuleGate gate;
  Slots<T> slots;
};

// An import that is an export of another module: calls go from the one to the
// other, past the host.
template <typename Signature>
class ModuleLink;

template <typename R, typename... A>
ModuleLink(std::shared_ptr<ModuleGate>, const Export<R(A...)>*)
    -> ModuleLink<R(A...)>;

template <typename R, typename... A>
class ModuleLink<R(A...)> {
 public:
  using LinkedSignature = R(A...);

  ModuleLink(std::shared_ptr<ModuleGate> gate, const Export<R(A...)>* entry)
      : gate_(std::move(gate)), entry_(entry) {}

  const std::shared_ptr<ModuleGate>& gate() const { return gate_; }

  DestroyFunction destroy() const { return HostSide::DestroyerOf(*entry_); }

  // As ImportThunk::Invoke().
  static typename ResultTraits<R>::Type Forward(
      void* context, ParameterType<A>... arguments) noexcept {
    return HostSide::CallForModule<R, A...>(EntryIn(context),
                                            std::ref(arguments)...);
  }
  static Failure* ForwardWithStorage(void* context, void* storage,
                                     ParameterType<A>... arguments) noexcept {
    return HostSide::CallForModule<R, A...>(EntryIn(context), std::ref(storage),
                                            std::ref(arguments)...);
  }

 private:
  static const Export<R(A...)>& EntryIn(void* context) {
    return *static_cast<const ModuleLink*>(context)->entry_;
  }

  const std::shared_ptr<ModuleGate> gate_;
  // Behind the gate, and kept by it.
  const Export<R(A...)>* const entry_;
};

// A new one.
template <typename T>
GateAndSlots EntranceFor(CallRouter* router = nullptr) {
  auto entrance = std::make_shared<Entrance<T>>(router);
  return {.gate = {entrance, &entrance->gate},
          .slots = {entrance, &entrance->slots}};
}

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
//
// A moved-from Module supports destruction, assignment, Pin() and Unload(). Its
// other functions must not be called; ABSL_HARDENING_ASSERT checks that.
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
    ABSL_HARDENING_ASSERT(slots_ != nullptr);
    return slots_->exports;
  }

  // Calls the body of RELIB_MAIN(R). Errors are those of exports(), and
  //   CallError::kNoMain, CallError::kWrongMainType  nothing ran
  template <typename R = void>
  internal::HostSide::Result<R> CallMain() const {
    ABSL_HARDENING_ASSERT(module_ != nullptr);
    return internal::CallMain<internal::HostSide, R>(*module_, slots_->main);
  }

  // Keeps the module in place as long as the result lives. For loops that call
  // often: see Pinned. An error is CallError::kUnloading.
  absl::StatusOr<Pinned<Exports>> Pin() const {
    if (module_ == nullptr) {
      return internal::MakeError(CallError::kUnloading,
                                 "this relib::Module was moved from");
    }
    internal::GatePin pin(module_->gate());
    if (!pin.taken()) return module_->RefusedPin();
    return Pinned<Exports>(std::move(pin), module_.get(), slots_.get());
  }

  // An export of this module as an import of another one:
  //
  //   relib::Load<GameExports>("libgame.so",
  //                            GameImports{.sqrt =
  //                            math->Link(&MathExports::sqrt)});
  //
  // Calls go from module to module at the cost of two function pointers. What
  // is loaded with the result keeps this module in place until it is unloaded
  // itself: UnloadError::kInUse. The result alone doesn't.
  template <typename Entry>
  auto Link(Entry Exports::* entry) const {
    ABSL_HARDENING_ASSERT(module_ != nullptr);
    return internal::ModuleLink(module_->shared_gate(),
                                &(slots_->exports.*entry));
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
  const std::string& path() const {
    ABSL_HARDENING_ASSERT(module_ != nullptr);
    return module_->path();
  }

  // The file that is mapped: the canonical path, or that of the private copy.
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

namespace internal {

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

inline LoadRequest RequestWith() { return {}; }
template <ImportsInterface Imports>
LoadRequest RequestWith(Imports imports) {
  LoadRequest request;
  request.imports = &HostManifest<Imports>();
  request.import_slots = std::make_shared<const Imports>(std::move(imports));
  return request;
}

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
      return EntranceFor<Exports>();
    };
  }
  absl::StatusOr<std::unique_ptr<LoadedModule>> module =
      LoadedModule::Load(path, std::move(request), options);
  if (!module.ok()) return module.status();
  return ModuleAccess::Make<Exports>(*std::move(module));
}

}  // namespace internal

// Loads the module in the file at `path`, a path to a file and not a name to be
// searched for. Its manifest is checked before anything in it runs; its static
// constructors run before this returns. Thread-safe.
//
// Errors: LoadErrorOf(status) tells the kind (relib/errors.h), the message the
// rest. A module that wasn't loaded leaves nothing behind.
template <typename Exports = NoExports>
absl::StatusOr<Module<Exports>> Load(const std::string& path,
                                     const LoadOptions& options = {}) {
  return internal::LoadWith<Exports>(path, {}, options);
}

// The same for a module with imports. It may want any of those in `imports`;
// they live as long as the module. An import that the module wants and that is
// empty is LoadError::kMissingImport.
template <typename Exports = NoExports, internal::ImportsInterface Imports>
absl::StatusOr<Module<Exports>> Load(const std::string& path, Imports imports,
                                     const LoadOptions& options = {}) {
  return internal::LoadWith<Exports>(
      path, internal::RequestWith(std::move(imports)), options);
}

}  // namespace relib

#endif  // RELIB_HOST_H_
