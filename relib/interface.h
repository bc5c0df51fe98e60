#ifndef RELIB_INTERFACE_H_
#define RELIB_INTERFACE_H_

// What a host and a module have in common: the functions that they offer each
// other, declared once in a header that both include.
//
//   struct GreeterExports {                       // the module offers
//     relib::Export<int(int a, int b)> add;
//     relib::Export<std::string(std::string_view name)> greet;
//     relib::Export<void()> on_tick = relib::implement<[] {}>;
//   };
//   RELIB_INTERFACE(GreeterExports, add, greet, on_tick);
//
//   struct GreeterImports {                       // the host offers
//     relib::Import<void(std::string_view line)> log;
//   };
//   RELIB_INTERFACE(GreeterImports, log);
//
// Include relib/module.h or relib/host.h to use them. Depends on the standard
// library alone. docs/interfaces.md says which types may cross.

#include <atomic>
#include <concepts>
#include <cstddef>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "relib/borrowed.h"
#include "relib/function_ref.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/passing.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/for_each.h"
#include "relib/transfer.h"

namespace relib {

// Names a function as the implementation of an entry. `F` is a function, or a
// lambda without captures; what it takes and returns must convert to what the
// entry says.
template <auto F>
struct Implementation {};
template <auto F>
inline constexpr Implementation<F> implement{};

namespace internal {

// The callable behind an import. Lives in the host, shared by all copies of the
// import.
struct ImportTarget {
  std::atomic<int> users{1};
  void (*destroy)(ImportTarget*) = nullptr;
  // Of a function of another module: a std::shared_ptr<ModuleGate>.
  const void* gate = nullptr;
};
template <typename F>
struct ImportTargetOf : ImportTarget {
  template <typename G>
  explicit ImportTargetOf(G&& g) : function(std::forward<G>(g)) {
    destroy = [](ImportTarget* target) {
      delete static_cast<ImportTargetOf*>(target);
    };
  }
  F function;
};

}  // namespace internal

// A function that a module offers to its host: a member of a struct that
// RELIB_INTERFACE lists. The module gives it a body with RELIB_EXPORTS; an
// initializer in the struct is the default.
//
// The host calls it through Module::exports(). The call
//   - returns absl::StatusOr<R>, or absl::Status for void (relib/host.h),
//   - is protected: the module can't be unloaded while it runs,
//   - is thread-safe, as far as the module's function is.
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

  // An unload looks for calls by the address of the entry: those of a copy it
  // would not see. Copy the reference.
  Export(const Export&) = delete;
  Export& operator=(const Export&) = delete;

  // True when it has a body.
  constexpr explicit operator bool() const { return invoke_ != nullptr; }

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

// An export that a module may lack: built with an older header, or left without
// a body on purpose. False as a bool then; a call of it answers
// CallError::kNoExport. One that is there with other types is refused as usual.
//
//   if (module->exports().on_resize) module->exports().on_resize(800, 600);
template <typename Signature>
class OptionalExport : public Export<Signature> {
 public:
  using Export<Signature>::Export;
};

// A function that the host offers to a module: a member of a struct that
// RELIB_INTERFACE lists. The host gives it any callable, also one that
// captures:
//
//   GreeterImports{.log = [&](std::string_view line) { ... }}
//
// The callable lives as long as an imports struct or a module that holds it,
// and is called on the threads of the module: it must be as thread-safe as they
// are many. Copies share it.
//
// The module calls it through relib::imports<GreeterImports>(). A call returns
// R; an exception of the host's callable becomes relib::ImportError.
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

  // What Module::Link() returns.
  template <typename Link>
    requires std::is_same_v<typename Link::LinkedSignature, R(A...)>
  Import(Link link)  // NOLINT(google-explicit-constructor)
      : destroy_(link.destroy()) {
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

  // True when it has a callable. In a module always true once the static
  // constructors run.
  constexpr explicit operator bool() const { return context_ != nullptr; }

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

// One entry of an interface struct, as RELIB_INTERFACE knows it.
enum class Direction { kExport, kImport };

template <typename Entry>
struct EntryTraits;
template <typename Signature_>
struct EntryTraits<Export<Signature_>> {
  using Signature = Signature_;
  static constexpr Direction kDirection = Direction::kExport;
  static constexpr size_t kSize = sizeof(ExportSlot);
  static constexpr bool kIsOptional = false;
};
template <typename Signature>
struct EntryTraits<OptionalExport<Signature>> : EntryTraits<Export<Signature>> {
  static constexpr bool kIsOptional = true;
};
template <typename Signature_>
struct EntryTraits<Import<Signature_>> {
  using Signature = Signature_;
  static constexpr Direction kDirection = Direction::kImport;
  static constexpr size_t kSize = sizeof(ImportSlot);
  static constexpr bool kIsOptional = false;
};

// An entry of a module that is pinned (relib/host.h): called like the entry, at
// the cost of a function pointer. Imports have none.
template <typename Entry, Direction kDirection = EntryTraits<Entry>::kDirection,
          typename Signature = typename EntryTraits<Entry>::Signature>
class PinnedEntry {};

template <typename Entry, typename R, typename... A>
class PinnedEntry<Entry, Direction::kExport, R(A...)> : public Entry {
 public:
  template <typename Side = HostSide>
  RELIB_INTERNAL_ALWAYS_INLINE typename Side::template Result<R> operator()(
      ParameterType<A>... arguments) const {
    using PinnedSide = std::conditional_t<EntryTraits<Entry>::kIsOptional,
                                          typename Side::PinnedOptional,
                                          typename Side::Pinned>;
    return Entry::template operator()<PinnedSide>(arguments...);
  }
};

static_assert(sizeof(Export<void()>) == sizeof(ExportSlot));
static_assert(sizeof(OptionalExport<void()>) == sizeof(ExportSlot));
static_assert(sizeof(Import<void()>) == sizeof(ImportSlot));

// Storage for the imports of a module: filled by the host, never destroyed,
// because what it points to isn't the module's.
template <typename T>
union ImportsHolder {
  constexpr ImportsHolder() : value() {}
  constexpr ~ImportsHolder() {}
  T value;
};

// What RELIB_INTERFACE(T, ...) declared: a struct with
//   kNames[]            the names of the entries, in order
//   kOffsets[]          where they lie in T
//   Entries             TypeList of their types
//   Pinned              T as the host calls it while the module is pinned
template <typename T>
using InterfaceOf = decltype(RelibInterfaceOf(static_cast<const T*>(nullptr)));

template <typename T>
constexpr Direction DirectionOf(TypeList<>) = delete;
template <typename First, typename... Rest>
constexpr Direction DirectionOf(TypeList<First, Rest...>) {
  static_assert(
      ((EntryTraits<First>::kDirection == EntryTraits<Rest>::kDirection) &&
       ...),
      "relib: an interface holds either exports or imports, not both");
  return EntryTraits<First>::kDirection;
}

// Checks what RELIB_INTERFACE was given against the struct itself.
template <typename T, typename... Entries, size_t N>
constexpr bool ListsEveryEntry(TypeList<Entries...>,
                               const size_t (&offsets)[N]) {
  if ((EntryTraits<Entries>::kSize + ...) != sizeof(T)) return false;
  size_t expected = 0;
  for (size_t offset : offsets) {
    if (offset != expected) return false;
    expected += sizeof(T) / N;
  }
  return true;
}

template <typename T>
concept ExportsInterface =
    DirectionOf(typename InterfaceOf<T>::Entries()) == Direction::kExport;
template <typename T>
concept ImportsInterface =
    DirectionOf(typename InterfaceOf<T>::Entries()) == Direction::kImport;

}  // namespace internal
}  // namespace relib

// Lists the entries of the struct `T` again, all of them in the same order
// (C++20 can't ask for their names); what doesn't agree doesn't compile. Stands
// behind the struct, in its namespace, followed by a semicolon.
#define RELIB_INTERFACE(T, ...)                                                \
  struct RelibInterface_##T {                                                  \
    using Entries = ::relib::internal::TypeList<RELIB_INTERNAL_TAIL(           \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_TYPE, T, __VA_ARGS__))>;  \
    static constexpr const char* kNames[] = {                                  \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_NAME, T, __VA_ARGS__)};   \
    static constexpr std::size_t kOffsets[] = {                                \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_OFFSET, T, __VA_ARGS__)}; \
    struct Pinned {                                                            \
      RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_PINNED, T, __VA_ARGS__)     \
    };                                                                         \
    static_assert(                                                             \
        ::relib::internal::ListsEveryEntry<T>(Entries(), kOffsets),            \
        "relib: RELIB_INTERFACE(" #T                                           \
        ", ...) must list every entry of the struct, in the same order, and "  \
        "the struct may hold nothing else");                                   \
    /* Which entries of an exports struct have a body. */                      \
    template <const T& kValue>                                                 \
    static constexpr bool kHasBody[sizeof(kNames) / sizeof(kNames[0])] = {     \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_BODY, T, __VA_ARGS__)};   \
    /* Names every entry of an exports struct that has no body. */             \
    template <const T& kValue>                                                 \
    static constexpr bool CheckBodies() {                                      \
      RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_CHECK, T, __VA_ARGS__)      \
      return true;                                                             \
    }                                                                          \
  };                                                                           \
  [[maybe_unused]] constexpr RelibInterface_##T RelibInterfaceOf(const T*) {   \
    return {};                                                                 \
  }                                                                            \
  /* Defined by RELIB_IMPORTS(T). */                                           \
  RELIB_INTERNAL_HIDDEN extern ::relib::internal::ImportsHolder<T>             \
      relib_imports_of_##T;                                                    \
  [[maybe_unused]] inline T& RelibImportsOf(const T*) {                        \
    return relib_imports_of_##T.value;                                         \
  }                                                                            \
  static_assert(true)

#define RELIB_INTERNAL_TAIL(...) RELIB_INTERNAL_TAIL_2(__VA_ARGS__)
#define RELIB_INTERNAL_TAIL_2(comma, ...) __VA_ARGS__
#define RELIB_INTERNAL_ENTRY_TYPE(T, entry) , decltype(T::entry)
#define RELIB_INTERNAL_ENTRY_NAME(T, entry) #entry,
#define RELIB_INTERNAL_ENTRY_BODY(T, entry) static_cast<bool>(kValue.entry),
#define RELIB_INTERNAL_ENTRY_OFFSET(T, entry) offsetof(T, entry),
#define RELIB_INTERNAL_ENTRY_PINNED(T, entry) \
  ::relib::internal::PinnedEntry<decltype(T::entry)> entry;
#define RELIB_INTERNAL_ENTRY_CHECK(T, entry)                             \
  static_assert(                                                         \
      ::relib::internal::EntryTraits<decltype(T::entry)>::kIsOptional || \
          static_cast<bool>(kValue.entry),                               \
      "relib: the export '" #entry                                       \
      "' has no body: give RELIB_EXPORTS ." #entry                       \
      " = relib::implement<...>, or the struct a default one");

#endif  // RELIB_INTERFACE_H_
