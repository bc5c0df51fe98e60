#ifndef RELIB_INTERNAL_LOADER_HOST_SIDE_H_
#define RELIB_INTERNAL_LOADER_HOST_SIDE_H_

#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/host/crash_guard.h"
#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/host_manifest.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"
#include "relib/internal/types/fixed_text.h"

namespace relib::internal {

template <>
struct LocalSide<void> {
  using Type = HostSide;
};

// Calls functions of modules from the host. Exceptions and crashes become
// statuses. Thread-safe.
struct HostSide {
  template <typename R>
  using Result =
      std::conditional_t<std::is_void_v<R>, absl::Status, absl::StatusOr<R>>;

  // Calls an export through the gate of its module. Inlined into every caller,
  // because the code is shorter than a call of it would be.
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

  // Calls the exports of a pinned module, which can't be unloaded: without the
  // gate.
  struct Ungated {
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

  // Like Ungated, for an export that the module may lack.
  struct UngatedOptional {
    template <typename R>
    using Result = HostSide::Result<R>;

    template <typename R, typename... A>
    RELIB_INTERNAL_ALWAYS_INLINE static Result<R> Call(
        const Export<R(A...)>& entry, ParameterType<A>... arguments) {
      if (!entry) [[unlikely]]
        return NotOfAModule<R>();
      return Ungated::Call(entry, arguments...);
    }
  };

  // Calls an export of a module that can't be unloaded meanwhile.
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

  // Calls a callback of a module during the call of the import that it was
  // passed to. That call keeps the module loaded.
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

  // Slow path of Call() after the gate refused the call, out of line to keep
  // call sites small.
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
    // The other version may lack an OptionalExport.
    if (other.gate_ == nullptr) return NotOfAModule<R>();
    if (detour.way == Detour::Way::kUngated) {
      return Ungated::Call(other, arguments...);
    }
    if (detour.way == Detour::Way::kNested) {
      const NestedCallScope call(GateOf(other), &other);
      if (call.entered()) return Ungated::Call(other, arguments...);
    }
    return Call(other, arguments...);
  }
  // Like Invoke(), for a module that is loaded with LoadOptions::crash_guard.
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

  // Returns the result of invoke(), a thunk's; or a failure that Represents()
  // `crash` if the thunk crashed.
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

  // Calls an export for another module, without the gate: a module can't be
  // unloaded before the modules that import from it. Results and failures are
  // passed on unchanged. The arguments are preceded by the pointer to the
  // storage of the result if the thunk takes one.
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

  // Returns CallError::kNoExport, for an exports struct that the host created
  // itself and for an OptionalExport that the module lacks.
  template <typename R>
  RELIB_INTERNAL_COLD static Result<R> NotOfAModule() noexcept {
    return NotOfAModuleStatus();
  }
  static absl::Status NotOfAModuleStatus();
  // Returns the error of a callback that threw. Takes ownership of `failure`.
  static absl::Status CallbackFailed(Failure* failure);
};

// Calls the main of `module`, whose slot is `main`, after checking that it
// returns an R. `Side` is HostSide or HostSide::Ungated.
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

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_HOST_SIDE_H_
