#ifndef RELIB_MODULE_H_
#define RELIB_MODULE_H_

// The module's side: what a library that relib_module() builds gives to its
// host. Depends on the standard library alone.
//
//   #include "greeter.h"
//   #include "relib/module.h"
//
//   int Add(int a, int b) { return a + b; }
//   std::string Greet(std::string_view name) {
//     relib::imports<GreeterImports>().log("greeting someone");
//     return "hello " + std::string(name);
//   }
//
//   RELIB_IMPORTS(GreeterImports);
//   RELIB_EXPORTS(GreeterExports, .add = relib::implement<Add>,
//                 .greet = relib::implement<Greet>);
//
// Each of the macros may stand once in a module, at namespace scope, in any of
// its source files. One of RELIB_EXPORTS and RELIB_MAIN must be there.

#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/manifest/manifest.h"

namespace relib {

// What a module sees of an exception that a callable of the host threw. what()
// holds the type and the text of the original.
class ImportError : public std::runtime_error {
 public:
  ImportError(std::string type, const std::string& text)
      : std::runtime_error(type.empty() ? text : type + ": " + text),
        type_(std::move(type)) {}

  // The type of the host's exception; empty when that isn't known.
  const std::string& type() const { return type_; }

 private:
  std::string type_;
};

// The host's functions. Valid from the first static constructor on; the module
// must have RELIB_IMPORTS(T), else it doesn't link ("relib_imports_of_T").
template <internal::ImportsInterface T>
const T& imports() {
  return RelibImportsOf(static_cast<const T*>(nullptr));
}

namespace internal {

template <>
struct LocalSide<void> {
  using Type = ModuleSide;
};

// These take the failure over. The second one prints its text and aborts.
[[noreturn]] RELIB_INTERNAL_COLD void ThrowImportError(Failure* failure);
[[noreturn]] RELIB_INTERNAL_COLD void AbortOnImportError(Failure* failure);

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
  // What is compiled without exceptions can't have one thrown through it.
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

template <typename T, typename... Entries>
constexpr Text InterfaceText(TypeList<Entries...>,
                             const EntryKind (&kinds)[sizeof...(Entries)]) {
  Text text = BuildText();
  text += EntriesText<InterfaceOf<T>>(
      TypeList<typename EntryTraits<Entries>::Signature...>(), kinds);
  return text;
}

template <typename T>
constexpr size_t EntryCount() {
  return std::size(InterfaceOf<T>::kOffsets);
}

template <typename T, const T& kValue>
struct ExportsManifestText {
  static constexpr Text Get() {
    EntryKind kinds[EntryCount<T>()];
    for (size_t i = 0; i < EntryCount<T>(); ++i) {
      kinds[i] = InterfaceOf<T>::template kHasBody<kValue>[i]
                     ? EntryKind::kPresent
                     : EntryKind::kAbsent;
    }
    return InterfaceText<T>(typename InterfaceOf<T>::Entries(), kinds);
  }
};

template <typename T>
struct ImportsManifestText {
  static constexpr Text Get() {
    return InterfaceText<T>(typename InterfaceOf<T>::Entries(),
                            EntryKinds<EntryCount<T>()>().kinds);
  }
};

template <typename R>
struct MainManifestText {
  static constexpr Text Get() {
    Text text = BuildText();
    text += MainText<R()>();
    return text;
  }
};

// The type between the parentheses of RELIB_MAIN, commas and all.
template <typename Function>
struct TypeOfHelper;
template <>
struct TypeOfHelper<void()> {
  using Type = void;
};
template <typename R>
struct TypeOfHelper<void(R)> {
  using Type = R;
};
template <typename Function>
using TypeOf = typename TypeOfHelper<Function>::Type;

}  // namespace internal
}  // namespace relib

// Gives the entries of `T` their bodies:
// RELIB_EXPORTS(T, .name = relib::implement<Function>, ...). An entry without
// one doesn't compile, and the message names it.
#define RELIB_EXPORTS(T, ...)                                                  \
  static_assert(::relib::internal::ExportsInterface<T>,                        \
                "relib: RELIB_EXPORTS takes a struct of relib::Export");       \
  RELIB_INTERNAL_LEAVE_FIELDS_OUT(                                             \
      static constexpr T relib_internal_exports_value{__VA_ARGS__};)           \
  static_assert(::relib::internal::InterfaceOf<T>::template CheckBodies<       \
                relib_internal_exports_value>());                              \
  using RelibInternalExportsManifestText =                                     \
      ::relib::internal::ExportsManifestText<T, relib_internal_exports_value>; \
  RELIB_INTERNAL_NOTE(relib_internal_exports_note, kExports,                   \
                      RelibInternalExportsManifestText);                       \
  extern "C" constinit const ::relib::internal::ExportsTable                   \
      relib_internal_exports = {                                               \
          &relib_internal_exports_value,                                       \
          ::relib::internal::EntryCount<T>(),                                  \
          {&relib_internal_exports_note, sizeof(relib_internal_exports_note)}}

// Asks the host for the functions of `T`. Stands in the namespace of `T`.
#define RELIB_IMPORTS(T)                                                 \
  static_assert(::relib::internal::ImportsInterface<T>,                  \
                "relib: RELIB_IMPORTS takes a struct of relib::Import"); \
  constinit ::relib::internal::ImportsHolder<T> relib_imports_of_##T;    \
  RELIB_INTERNAL_NOTE(relib_internal_imports_note, kImports,             \
                      ::relib::internal::ImportsManifestText<T>);        \
  extern "C" constinit const ::relib::internal::ImportsTable             \
      relib_internal_imports = {                                         \
          &relib_imports_of_##T.value,                                   \
          ::relib::internal::EntryCount<T>(),                            \
          {&relib_internal_imports_note, sizeof(relib_internal_imports_note)}}

// The body of Module::CallMain<R>(); the argument is its result type, or
// nothing for void:
//
//   RELIB_MAIN() { std::puts("hello"); }
//   RELIB_MAIN(int) { return 42; }
#define RELIB_MAIN(...)                                                      \
  using RelibMainResult = ::relib::internal::TypeOf<void(__VA_ARGS__)>;      \
  static RelibMainResult relib_main();                                       \
  static constexpr ::relib::Export<RelibMainResult()>                        \
      relib_internal_main_value = ::relib::implement<relib_main>;            \
  RELIB_INTERNAL_NOTE(relib_internal_main_note, kMain,                       \
                      ::relib::internal::MainManifestText<RelibMainResult>); \
  extern "C" constinit const ::relib::internal::MainTable                    \
      relib_internal_main = {                                                \
          &relib_internal_main_value,                                        \
          {&relib_internal_main_note, sizeof(relib_internal_main_note)}};    \
  static RelibMainResult relib_main()

// Runs before the module is unloaded, on the thread that unloads it, with
// everything still alive: join threads, flush, say goodbye. If it throws, the
// module stays loaded; it runs again at the next attempt.
#define RELIB_BEFORE_UNLOAD()                                                  \
  static void relib_before_unload();                                           \
  extern "C" constinit const ::relib::internal::BeforeUnloadTable              \
      relib_internal_before_unload = {                                         \
          &::relib::internal::ExportThunk<void>::Invoke<relib_before_unload>}; \
  static void relib_before_unload()

// A note must lie in its section without gaps, hence the alignment: compilers
// align large constants to 32 bytes on their own.
#define RELIB_INTERNAL_NOTE(name, type, text)                                 \
  alignas(4) RELIB_INTERNAL_RECORD_SECTION constinit static const auto name = \
      ::relib::internal::MakeNote<::relib::internal::NoteType::type, text>()

#endif  // RELIB_MODULE_H_
