#ifndef RELIB_FUNCTION_REF_H_
#define RELIB_FUNCTION_REF_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/passing.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/stable.h"

namespace relib {

namespace internal {

// Who calls: HostSide where relib/host.h is included, ModuleSide where
// relib/module.h is. `Dependent` is void.
template <typename Dependent>
struct LocalSide;

struct HostSide;
struct ModuleSide;

}  // namespace internal

// A callback: the parameter of an export or import that calls back into the
// caller.
//
//   relib::Export<void(relib::FunctionRef<bool(const Row&)> visit)> each_row;
//
//   module->exports().each_row([&](const Row& row) { return seen.insert(row);
//   });
//
// Refers to any callable, also one that captures, and doesn't own it: valid
// until the call that it is a parameter of returns, on any thread. What crosses
// is what may cross for an export.
//
// Calling it
//   - in a module returns R; if the host's callable throws, so does it:
//     relib::ImportError,
//   - in a host returns absl::StatusOr<R>, absl::Status for void: what the
//     module's callable throws is CallError::kException.
// The callable may call back in turn, and may call other exports and imports.
// Costs as much as an import.
template <typename Signature>
class FunctionRef {
  static_assert(!std::is_same_v<Signature, Signature>,
                "relib: FunctionRef takes a function type R(A...), without "
                "const, noexcept or ...");
};

template <typename R, typename... A>
class FunctionRef<R(A...)> {
 public:
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> &&
             std::is_invocable_r_v<R, F&, A...>)
  FunctionRef(F&& function)  // NOLINT: may be temporary, and converts
      : invoke_(&internal::ImportThunk<R, A...>::template Invoke<
                std::remove_reference_t<F>>),
        destroy_(internal::ResultDestroyer<R>()) {
    using Callable = std::remove_reference_t<F>;
    if constexpr (std::is_function_v<Callable>) {
      context_ = reinterpret_cast<void*>(&function);
    } else {
      context_ =
          const_cast<void*>(static_cast<const void*>(std::addressof(function)));
    }
  }

  template <typename Dependent = void,
            typename Side = typename internal::LocalSide<Dependent>::Type>
  typename Side::template Result<R> operator()(
      internal::ParameterType<A>... arguments) const {
    return Side::Call(*this, arguments...);
  }

 private:
  friend internal::HostSide;
  friend internal::ModuleSide;

  typename internal::ImportThunk<R, A...>::Function invoke_;
  internal::DestroyFunction destroy_;
  void* context_;
};

namespace internal {

template <typename R, typename... A>
struct CrossingRule<FunctionRef<R(A...)>>
    : FixedCrossingRule<Crossing::kBorrowed> {};
template <typename Signature>
struct StableRule<FunctionRef<Signature>> : AreStable<Signature> {};

}  // namespace internal
}  // namespace relib

#endif  // RELIB_FUNCTION_REF_H_
