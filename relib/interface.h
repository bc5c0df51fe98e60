#ifndef RELIB_INTERFACE_H_
#define RELIB_INTERFACE_H_

// For both sides: the functions that a host and a module offer each other,
// declared once in a header that both include.
//
//   struct GreeterExports {                       // offered by the module
//     relib::Export<int(int a, int b)> add;
//     relib::Export<std::string(std::string_view name)> greet;
//     relib::Export<void()> on_tick = relib::implement<[] {}>;
//   };
//   RELIB_INTERFACE(GreeterExports, add, greet, on_tick);
//
//   struct GreeterImports {                       // offered by the host
//     relib::Import<void(std::string_view line)> log;
//   };
//   RELIB_INTERFACE(GreeterImports, log);
//
// Include relib/module.h or relib/host.h to use them. Depends on the standard
// library alone. docs/interfaces.md lists the types that parameters and results
// may have.

#include <atomic>
#include <type_traits>
#include <utility>

#include "relib/borrowed.h"
#include "relib/function_ref.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/import_target.h"
#include "relib/internal/boundary/interface_macros.h"
#include "relib/internal/boundary/interface_traits.h"
#include "relib/internal/boundary/passing.h"
#include "relib/internal/boundary/sides.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/transfer.h"

// Lists the entries of the struct T again, all of them and in the same order,
// because C++20 can't enumerate them. A list that differs from the struct is a
// compile-time error. Place it after the struct, in its namespace, followed by
// a semicolon.
#define RELIB_INTERFACE(T, ...) RELIB_INTERNAL_INTERFACE(T, __VA_ARGS__)

namespace relib {

// Names a function as the implementation of an entry. F is a function, or a
// lambda without captures, whose parameters and result are convertible from and
// to those of the entry.
template <auto F>
struct Implementation {};
template <auto F>
inline constexpr Implementation<F> implement{};

// A function that a module offers to its host: a member of a struct that
// RELIB_INTERFACE lists. The module defines its body with RELIB_EXPORTS; an
// initializer in the struct is the default.
//
// The host calls it through Module::exports(). A call
//   - returns absl::StatusOr<R>, or absl::Status for void (relib/host.h),
//   - keeps the module loaded until it returns,
//   - is as thread-safe as the module's function.
template <typename Signature>
class Export {
  static_assert(!std::is_same_v<Signature, Signature>,
                "relib: Export takes a function type R(A...), without const, "
                "noexcept or ...");
};

template <typename R, typename... A>
class Export<R(A...)> {
 public:
  constexpr Export() = default;

  template <auto F>
  constexpr Export(Implementation<F>)  // NOLINT(google-explicit-constructor)
      : invoke_(&internal::ExportThunk<R, A...>::template Invoke<F>),
        destroy_(internal::ResultDestroyer<R>()) {
    static_assert(
        std::is_invocable_r_v<R, decltype(F), A...>,
        "relib: the implementation doesn't fit the entry's signature");
  }

  // Not copyable: Unload() finds the calls in flight by the address of this
  // object. Hold a reference instead.
  Export(const Export&) = delete;
  Export& operator=(const Export&) = delete;

  // Returns true if the export has a body.
  constexpr explicit operator bool() const { return invoke_ != nullptr; }

  // Calls the function. Only for hosts.
  template <typename Side = internal::HostSide>
  RELIB_INTERNAL_ALWAYS_INLINE typename Side::template Result<R> operator()(
      internal::ParameterType<A>... arguments) const {
    return Side::Call(*this, arguments...);
  }

 private:
  friend internal::HostSide;

  typename internal::ExportThunk<R, A...>::Function invoke_ = nullptr;
  internal::DestroyFunction destroy_ = nullptr;
  const void* gate_ = nullptr;
};

// An export that a module may lack, because it was built with an older header
// or doesn't define the body. It then converts to false, and a call of it fails
// with CallError::kNoExport. An export with another signature is an error as
// for Export.
//
//   if (module->exports().on_resize) module->exports().on_resize(800, 600);
template <typename Signature>
class OptionalExport : public Export<Signature> {
 public:
  using Export<Signature>::Export;
};

// A function that the host offers to a module: a member of a struct that
// RELIB_INTERFACE lists. The host assigns any callable, which may capture:
//
//   GreeterImports{.log = [&](std::string_view line) { ... }}
//
// Copies of an import share the callable. It lives as long as any imports
// struct or module that holds it. It may be called concurrently, on any thread
// of the module, and must be thread-safe.
//
// The module calls it through relib::imports<GreeterImports>(). A call returns
// R; if the host's callable throws, it throws relib::ImportError.
template <typename Signature>
class Import {
  static_assert(!std::is_same_v<Signature, Signature>,
                "relib: Import takes a function type R(A...), without const, "
                "noexcept or ...");
};

template <typename R, typename... A>
class Import<R(A...)> {
 public:
  constexpr Import() = default;

  // Stores a copy of `function`.
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Import> &&
             std::is_invocable_r_v<R, std::remove_cvref_t<F>&, A...>)
  Import(F&& function)  // NOLINT(google-explicit-constructor)
      : destroy_(internal::ResultDestroyer<R>()) {
    using Target = internal::ImportTargetOf<std::remove_cvref_t<F>>;
    auto* target = new Target(std::forward<F>(function));
    invoke_ =
        &internal::ImportThunk<R,
                               A...>::template Invoke<std::remove_cvref_t<F>>;
    context_ = &target->function;
    target_ = target;
  }

  // Converts the result of Module::Link().
  template <typename Link>
    requires std::is_same_v<typename Link::LinkedSignature, R(A...)>
  Import(Link link)  // NOLINT(google-explicit-constructor)
  {
    // An OptionalExport that the module lacks is an empty import.
    if (!link.has_export()) return;
    destroy_ = link.destroy();
    auto* target = new internal::ImportTargetOf<Link>(std::move(link));
    if constexpr (internal::ResultTraits<R>::kKind ==
                  internal::ResultKind::kStorage) {
      invoke_ = &Link::ForwardWithStorage;
    } else {
      invoke_ = &Link::Forward;
    }
    context_ = &target->function;
    target->gate = &target->function.gate();
    target_ = target;
  }

  Import(const Import& other)
      : invoke_(other.invoke_),
        destroy_(other.destroy_),
        context_(other.context_),
        target_(other.target_) {
    if (target_ != nullptr)
      target_->users.fetch_add(1, std::memory_order_relaxed);
  }
  Import(Import&& other) noexcept { Swap(other); }
  Import& operator=(Import other) noexcept {
    Swap(other);
    return *this;
  }
  constexpr ~Import() {
    if (target_ != nullptr &&
        target_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      target_->destroy(target_);
    }
  }

  // Returns true if the import has a callable. In a module, that is so from the
  // first static constructor on.
  constexpr explicit operator bool() const { return context_ != nullptr; }

  // Calls the function. Only for modules.
  template <typename Side = internal::ModuleSide>
  RELIB_INTERNAL_ALWAYS_INLINE typename Side::template Result<R> operator()(
      internal::ParameterType<A>... arguments) const {
    return Side::Call(*this, arguments...);
  }

 private:
  friend internal::ModuleSide;

  void Swap(Import& other) noexcept {
    std::swap(invoke_, other.invoke_);
    std::swap(destroy_, other.destroy_);
    std::swap(context_, other.context_);
    std::swap(target_, other.target_);
  }

  typename internal::ImportThunk<R, A...>::Function invoke_ =
      &internal::ImportThunk<R, A...>::Unbound;
  internal::DestroyFunction destroy_ = nullptr;
  void* context_ = nullptr;
  internal::ImportTarget* target_ = nullptr;
};

namespace internal {

static_assert(sizeof(Export<void()>) == sizeof(ExportSlot));
static_assert(sizeof(OptionalExport<void()>) == sizeof(ExportSlot));
static_assert(sizeof(Import<void()>) == sizeof(ImportSlot));

}  // namespace internal
}  // namespace relib

#endif  // RELIB_INTERFACE_H_
