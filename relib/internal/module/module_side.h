#ifndef RELIB_INTERNAL_MODULE_MODULE_SIDE_H_
#define RELIB_INTERNAL_MODULE_MODULE_SIDE_H_

#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/passing.h"
#include "relib/internal/boundary/sides.h"
#include "relib/internal/boundary/thunk.h"

namespace relib::internal {

template <>
struct LocalSide<void> {
  using Type = ModuleSide;
};

// Throw relib::ImportError, or print the text of the failure and abort. Take
// ownership of `failure`.
[[noreturn]] RELIB_INTERNAL_COLD void ThrowImportError(Failure* failure);
[[noreturn]] RELIB_INTERNAL_COLD void AbortOnImportError(Failure* failure);

// Calls imports and callbacks of the host from a module. Thread-safe.
struct ModuleSide {
  template <typename R>
  using Result = R;

  template <typename R, typename... A>
  RELIB_INTERNAL_ALWAYS_INLINE static R Call(const Import<R(A...)>& entry,
                                             ParameterType<A>... arguments) {
    return CallEither<kCanThrow, R, A...>(entry, arguments...);
  }
  template <typename R, typename... A>
  RELIB_INTERNAL_ALWAYS_INLINE static R Call(
      const FunctionRef<R(A...)>& function, ParameterType<A>... arguments) {
    return CallEither<kCanThrow, R, A...>(function, arguments...);
  }

 private:
  // Throws only if the caller is compiled with exceptions: none may pass
  // through code that is compiled without them.
  template <bool kCanThrow>
  [[noreturn]] static void Fail(Failure* failure) {
    if constexpr (kCanThrow) {
      ThrowImportError(failure);
    } else {
      AbortOnImportError(failure);
    }
  }

  template <bool kCanThrow, typename R, typename... A, typename Entry>
  static R CallEither(const Entry& entry, ParameterType<A>... arguments) {
    return CallThunk<R, R>(
        entry.destroy_,
        [&](auto... storage) RELIB_INTERNAL_INLINE_LAMBDA {
          return entry.invoke_(entry.context_, storage..., arguments...);
        },
        [](Failure* failure) -> R { Fail<kCanThrow>(failure); });
  }
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MODULE_MODULE_SIDE_H_
