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

// The functions that stand between a caller on one side of the boundary and a
// body on the other. A thunk is compiled on the body's side; it lets nothing
// through but values and failures. Callers profit from `noexcept`: what they
// hold during the call can stay in registers.

namespace relib::internal {

// Defined twice, for the host in host_failure.cc and for modules in
// module_failure.cc.
Failure* MakeFailure(std::string_view type, std::string_view what) noexcept;

// Describes the exception that is being handled.
Failure* FailureFromCurrentException() noexcept;

template <typename R>
struct ResultTraits {
  static constexpr ResultKind kKind = ResultKindOf<R>();
  // What a thunk returns.
  using Type =
      std::conditional_t<kKind == ResultKind::kRegister, Outcome<R>, Failure*>;
};
template <>
struct ResultTraits<void> {
  static constexpr ResultKind kKind = ResultKind::kVoid;
  using Type = Failure*;
};

// Sources with and without exceptions may be linked together: what is compiled
// differently in them must be different functions.
#if defined(__cpp_exceptions)
inline constexpr bool kCanThrow = true;
#else
inline constexpr bool kCanThrow = false;
#endif

// Calls body(argument), and ends the process with std::terminate() if that
// throws. Itself always compiled with exceptions (barrier.cc): `noexcept` alone
// stops nothing in a function that is compiled without them.
void CallBehindBarrier(void (*body)(void* argument), void* argument) noexcept;

// Runs `body` and packs its result or its exception. `storage` is used for
// results that travel in storage.
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
  // What the body calls may have been compiled with exceptions.
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

// Destroys a result in storage; null where there is nothing to do.
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

// Functions with a leading parameter for the storage, or without one.
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

// The same with the callable as the first argument.
template <bool kHasStorage, bool kCanThrow, typename R, typename... A>
struct ImportThunkOf;

// What `context` stands for: a pointer to an object or to a function.
template <typename F>
F& CallableIn(void* context) {
  if constexpr (std::is_function_v<F>) {
    return *reinterpret_cast<F*>(context);
  } else {
    return *static_cast<F*>(context);
  }
}

// What a module is told that calls an import that nobody has filled in.
inline constexpr std::string_view kUnboundImportText =
    "this import isn't bound: the host hands over the imports when it loads "
    "the "
    "module with relib::Load()";

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

// The caller's side of a result that is built in storage: copies it, and has
// its owner destroy it.
template <typename R>
class ResultStorage {
 public:
  explicit ResultStorage(DestroyFunction destroy) : destroy_(destroy) {}
  ResultStorage(const ResultStorage&) = delete;
  ResultStorage& operator=(const ResultStorage&) = delete;

  void* address() { return bytes_; }

  // Once, after the callee has built it. The one copy of it is made into the
  // caller's heap.
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

// Calls a thunk and unpacks what it gives back. `invoke` calls it, with the
// storage as its argument if the result travels there; what `fail` makes of a
// failure is returned. `Result` is void, absl::Status, R or absl::StatusOr<R>.
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
