#ifndef RELIB_INTERNAL_THUNK_H_
#define RELIB_INTERNAL_THUNK_H_

#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "relib/internal/abi.h"
#include "relib/internal/narrow.h"
#include "relib/internal/transfer.h"

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

// Turns what arrived into what the body takes: a parameter that owns something
// is copied here, on the receiver's side and into its heap.
template <typename A>
decltype(auto) Receive(ParameterType<A> argument) {
  if constexpr (kIsNarrow<A>) {
    return WithoutUpperBits(argument);
  } else {
    return static_cast<A>(argument);
  }
}

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

// Runs `body` and packs its result or its exception. `storage` is used for
// results that travel in storage.
template <typename R, typename Body>
typename ResultTraits<R>::Type Run([[maybe_unused]] void* storage,
                                   Body&& body) noexcept {
  constexpr ResultKind kKind = ResultTraits<R>::kKind;
#if defined(__cpp_exceptions)
  try {
#endif
    if constexpr (kKind == ResultKind::kVoid) {
      body();
      return nullptr;
    } else if constexpr (kKind == ResultKind::kRegister) {
      return Outcome<R>{static_cast<R>(body()), nullptr};
    } else {
      ::new (storage) R(body());
      return nullptr;
    }
#if defined(__cpp_exceptions)
  } catch (...) {
    Failure* failure = FailureFromCurrentException();
    if constexpr (kKind == ResultKind::kRegister) {
      return Outcome<R>{R(), failure};
    } else {
      return failure;
    }
  }
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
template <bool kHasStorage, typename R, typename... A>
struct ExportThunkOf;

template <typename R, typename... A>
struct ExportThunkOf<false, R, A...> {
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

template <typename R, typename... A>
struct ExportThunkOf<true, R, A...> {
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
    ExportThunkOf<ResultTraits<R>::kKind == ResultKind::kStorage, R, A...>;

// The same with the callable as the first argument.
template <bool kHasStorage, typename R, typename... A>
struct ImportThunkOf;

// What a module is told that calls an import that nobody has filled in.
inline constexpr std::string_view kUnboundImportText =
    "this import isn't bound: the host hands over the imports when it loads "
    "the "
    "module with relib::Load()";

template <typename R, typename... A>
struct ImportThunkOf<false, R, A...> {
  using Function = typename ResultTraits<R>::Type (*)(
      void* context, ParameterType<A>...) noexcept;

  template <typename F>
  static typename ResultTraits<R>::Type Invoke(
      void* context, ParameterType<A>... arguments) noexcept {
    return Run<R>(nullptr, [&]() -> decltype(auto) {
      return (*static_cast<F*>(context))(Receive<A>(arguments)...);
    });
  }

  static typename ResultTraits<R>::Type Unbound(void*,
                                                ParameterType<A>...) noexcept {
    Failure* failure = MakeFailure("", kUnboundImportText);
    if constexpr (ResultTraits<R>::kKind == ResultKind::kRegister) {
      return Outcome<R>{R(), failure};
    } else {
      return failure;
    }
  }
};

template <typename R, typename... A>
struct ImportThunkOf<true, R, A...> {
  using Function = Failure* (*)(void* context, void* storage,
                                ParameterType<A>...) noexcept;

  template <typename F>
  static Failure* Invoke(void* context, void* storage,
                         ParameterType<A>... arguments) noexcept {
    return Run<R>(storage, [&]() -> decltype(auto) {
      return (*static_cast<F*>(context))(Receive<A>(arguments)...);
    });
  }

  static Failure* Unbound(void*, void*, ParameterType<A>...) noexcept {
    return MakeFailure("", kUnboundImportText);
  }
};

template <typename R, typename... A>
using ImportThunk =
    ImportThunkOf<ResultTraits<R>::kKind == ResultKind::kStorage, R, A...>;

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
    return R(std::as_const(*owner.result));
  }

 private:
  alignas(R) unsigned char bytes_[sizeof(R)];
  const DestroyFunction destroy_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_THUNK_H_
