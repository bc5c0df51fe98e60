#ifndef RELIB_INTERNAL_BOUNDARY_THUNK_H_
#define RELIB_INTERNAL_BOUNDARY_THUNK_H_

#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/copy.h"
#include "relib/internal/boundary/passing.h"

// Thunks: the functions between a caller on one side of the boundary and a body
// on the other. A thunk is compiled on the side of the body and turns
// exceptions into failures. Since thunks are `noexcept`, callers can keep
// values in registers across the call.

namespace relib::internal {

// Returns a new failure. Defined for the host in host_failure.cc and for
// modules in module_failure.cc, like the next function.
Failure* MakeFailure(std::string_view type, std::string_view what) noexcept;

// Returns a failure that describes the exception that is being handled.
Failure* FailureFromCurrentException() noexcept;

template <typename R>
struct ResultTraits {
  static constexpr ResultKind kKind = ResultKindOf<R>();
  // The return type of a thunk.
  using Type =
      std::conditional_t<kKind == ResultKind::kRegister, Outcome<R>, Failure*>;
};
template <>
struct ResultTraits<void> {
  static constexpr ResultKind kKind = ResultKind::kVoid;
  using Type = Failure*;
};

// Distinguishes functions that are compiled differently with and without
// exceptions, because both kinds of sources may be linked together.
#if defined(__cpp_exceptions)
inline constexpr bool kCanThrow = true;
#else
inline constexpr bool kCanThrow = false;
#endif

// Calls body(argument), and calls std::terminate() if that throws. It is always
// compiled with exceptions (barrier.cc), because `noexcept` has no effect on
// exceptions in functions that are compiled without them.
void CallBehindBarrier(void (*body)(void* argument), void* argument) noexcept;

// Runs `body` and returns its result, or its exception as a failure. Constructs
// the result in `storage` if its kind is kStorage.
template <typename R, typename Body, bool = kCanThrow>
typename ResultTraits<R>::Type Run([[maybe_unused]] void* storage,
                                   Body&& body) noexcept {
  constexpr ResultKind kKind = ResultTraits<R>::kKind;
#if defined(__cpp_exceptions)
  try {
    if constexpr (kKind == ResultKind::kVoid) {
      body();
      return nullptr;
    } else if constexpr (kKind == ResultKind::kRegister) {
      return Outcome<R>::Of(static_cast<R>(body()));
    } else {
      ::new (storage) R(body());
      return nullptr;
    }
  } catch (...) {
    Failure* failure = FailureFromCurrentException();
    if constexpr (kKind == ResultKind::kRegister) {
      return Outcome<R>::OfFailure(failure);
    } else {
      return failure;
    }
  }
#else
  // The functions that the body calls may be compiled with exceptions.
  typename ResultTraits<R>::Type result{};
  auto run = [&] {
    if constexpr (kKind == ResultKind::kVoid) {
      body();
    } else if constexpr (kKind == ResultKind::kRegister) {
      result = Outcome<R>::Of(static_cast<R>(body()));
    } else {
      ::new (storage) R(body());
    }
  };
  CallBehindBarrier(
      [](void* argument) { (*static_cast<decltype(run)*>(argument))(); }, &run);
  return result;
#endif
}

// Returns the function that destroys a result in storage, or null if that is
// trivial.
template <typename R>
constexpr DestroyFunction ResultDestroyer() {
  if constexpr (std::is_void_v<R>) {
    return nullptr;
  } else if constexpr (std::is_trivially_destructible_v<R>) {
    return nullptr;
  } else {
    return [](void* result) noexcept { static_cast<R*>(result)->~R(); };
  }
}

// Thunks of exports, with a leading parameter for the storage or without one.
template <bool kHasStorage, bool kCanThrow, typename R, typename... A>
struct ExportThunkOf;

template <bool kCanThrow, typename R, typename... A>
struct ExportThunkOf<false, kCanThrow, R, A...> {
  using Function =
      typename ResultTraits<R>::Type (*)(ParameterType<A>...) noexcept;

  template <auto F>
  static typename ResultTraits<R>::Type Invoke(
      ParameterType<A>... arguments) noexcept {
    return Run<R>(nullptr, [&]() -> decltype(auto) {
      return F(Receive<A>(arguments)...);
    });
  }
};

template <bool kCanThrow, typename R, typename... A>
struct ExportThunkOf<true, kCanThrow, R, A...> {
  using Function = Failure* (*)(void* storage, ParameterType<A>...) noexcept;

  template <auto F>
  static Failure* Invoke(void* storage,
                         ParameterType<A>... arguments) noexcept {
    return Run<R>(storage, [&]() -> decltype(auto) {
      return F(Receive<A>(arguments)...);
    });
  }
};

template <typename R, typename... A>
using ExportThunk =
    ExportThunkOf<ResultTraits<R>::kKind == ResultKind::kStorage, kCanThrow, R,
                  A...>;

// Thunks of imports and callbacks. They have the callable as their first
// parameter.
template <bool kHasStorage, bool kCanThrow, typename R, typename... A>
struct ImportThunkOf;

// Returns the callable that `context` points to.
template <typename F>
F& CallableIn(void* context) {
  if constexpr (std::is_function_v<F>) {
    return *reinterpret_cast<F*>(context);
  } else {
    return *static_cast<F*>(context);
  }
}

// The error of an import that isn't filled in.
inline constexpr std::string_view kUnboundImportText =
    "this import isn't bound: the host hands over the imports when it loads "
    "the module with relib::Load()";

template <bool kCanThrow, typename R, typename... A>
struct ImportThunkOf<false, kCanThrow, R, A...> {
  using Function = typename ResultTraits<R>::Type (*)(
      void* context, ParameterType<A>...) noexcept;

  template <typename F>
  static typename ResultTraits<R>::Type Invoke(
      void* context, ParameterType<A>... arguments) noexcept {
    return Run<R>(nullptr, [&]() -> decltype(auto) {
      return CallableIn<F>(context)(Receive<A>(arguments)...);
    });
  }

  static typename ResultTraits<R>::Type Unbound(void*,
                                                ParameterType<A>...) noexcept {
    Failure* failure = MakeFailure("", kUnboundImportText);
    if constexpr (ResultTraits<R>::kKind == ResultKind::kRegister) {
      return Outcome<R>::OfFailure(failure);
    } else {
      return failure;
    }
  }
};

template <bool kCanThrow, typename R, typename... A>
struct ImportThunkOf<true, kCanThrow, R, A...> {
  using Function = Failure* (*)(void* context, void* storage,
                                ParameterType<A>...) noexcept;

  template <typename F>
  static Failure* Invoke(void* context, void* storage,
                         ParameterType<A>... arguments) noexcept {
    return Run<R>(storage, [&]() -> decltype(auto) {
      return CallableIn<F>(context)(Receive<A>(arguments)...);
    });
  }

  static Failure* Unbound(void*, void*, ParameterType<A>...) noexcept {
    return MakeFailure("", kUnboundImportText);
  }
};

template <typename R, typename... A>
using ImportThunk =
    ImportThunkOf<ResultTraits<R>::kKind == ResultKind::kStorage, kCanThrow, R,
                  A...>;

// The caller's storage for a result that the callee constructs in it.
template <typename R>
class ResultStorage {
 public:
  explicit ResultStorage(DestroyFunction destroy) : destroy_(destroy) {}
  ResultStorage(const ResultStorage&) = delete;
  ResultStorage& operator=(const ResultStorage&) = delete;

  void* address() { return bytes_; }

  // Returns a copy of the result in the caller's heap, and has its owner
  // destroy the original. Must be called once, after the callee has constructed
  // it.
  R Take() {
    struct Owner {
      ~Owner() {
        if (destroy != nullptr) destroy(result);
      }
      R* result;
      DestroyFunction destroy;
    } owner{std::launder(reinterpret_cast<R*>(bytes_)), destroy_};
    return CopyOf<R>(*owner.result);
  }

 private:
  alignas(R) unsigned char bytes_[sizeof(R)];
  const DestroyFunction destroy_;
};

// Calls a thunk by `invoke`, whose argument is the storage if the result is
// constructed in storage. Returns the result, or fail(failure) if the thunk
// returns a failure. `Result` is void, absl::Status, R or absl::StatusOr<R>.
template <typename Result, typename R, typename Invoke, typename Fail>
RELIB_INTERNAL_ALWAYS_INLINE Result
CallThunk([[maybe_unused]] DestroyFunction destroy, const Invoke& invoke,
          const Fail& fail) {
  constexpr ResultKind kKind = ResultTraits<R>::kKind;
  if constexpr (kKind == ResultKind::kVoid) {
    if (Failure* failure = invoke()) [[unlikely]]
      return fail(failure);
    return Result();
  } else if constexpr (kKind == ResultKind::kRegister) {
    const Outcome<R> outcome = invoke();
    if (outcome.failure != nullptr) [[unlikely]]
      return fail(outcome.failure);
    return outcome.value();
  } else {
    ResultStorage<R> storage(destroy);
    if (Failure* failure = invoke(storage.address())) [[unlikely]]
      return fail(failure);
    return storage.Take();
  }
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_THUNK_H_
