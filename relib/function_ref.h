#ifndef RELIB_FUNCTION_REF_H_
#define RELIB_FUNCTION_REF_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/passing.h"
#include "relib/internal/boundary/sides.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/stable.h"

namespace relib {

// A reference to a callable, as the parameter of an export or import that calls
// back into its caller.
//
//   relib::Export<void(relib::FunctionRef<bool(const Row&)> visit)> each_row;
//
//   module->exports().each_row(
//       [&](const Row& row) { return seen.insert(row); });
//
// Refers to any callable, which may capture, and doesn't own it. It may be
// called on any thread until the call that it was passed to returns. The
// parameters and the result may have the types that those of an export may
// have.
//
// A call
//   - in a module returns R, and throws relib::ImportError if the host's
//     callable throws,
//   - in a host returns absl::StatusOr<R>, or absl::Status for void; it fails
//     with CallError::kException if the module's callable throws.
// The callable may call other callbacks, exports and imports. A call costs as
// much as that of an import.
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
