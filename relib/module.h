#ifndef RELIB_MODULE_H_
#define RELIB_MODULE_H_

// For modules: what a library that relib_module() builds offers to its host.
// Depends on the standard library alone.
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
// A module may use each macro once, at namespace scope, in any of its source
// files. It must use RELIB_EXPORTS or RELIB_MAIN, or both.

#include "relib/import_error.h"
#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/manifest/manifest.h"
#include "relib/internal/module/module_manifest.h"
#include "relib/internal/module/module_side.h"

namespace relib {

// Returns the host's functions. Valid from the first static constructor on. A
// call throws relib::ImportError if the host's callable throws. The module must
// contain RELIB_IMPORTS(T); otherwise it fails to link, with
// "relib_imports_of_T" undefined.
template <internal::ImportsInterface T>
const T& imports() {
  return RelibImportsOf(static_cast<const T*>(nullptr));
}

}  // namespace relib

// Defines the exports of the module:
//
//   RELIB_EXPORTS(T, .name = relib::implement<Function>, ...);
//
// An entry of T that has neither a body here nor a default in T is a
// compile-time error that names the entry.
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

// Requests the functions of T from the host. Place it in the namespace of T.
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

// Defines the body of Module::CallMain<R>(). The argument is its result type,
// or nothing for void:
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

// Defines a function that runs before the module is unloaded, when no call runs
// and all of the module's objects still exist. It runs on a thread of its own,
// so that Unload() can give up waiting for it. Join threads and flush buffers
// in it. If it throws, the module stays loaded, and the next Unload() runs it
// again:
//
//   RELIB_BEFORE_UNLOAD() { worker.Stop(); }
#define RELIB_BEFORE_UNLOAD()                                                  \
  static void relib_before_unload();                                           \
  extern "C" constinit const ::relib::internal::BeforeUnloadTable              \
      relib_internal_before_unload = {                                         \
          &::relib::internal::ExportThunk<void>::Invoke<relib_before_unload>}; \
  static void relib_before_unload()

#endif  // RELIB_MODULE_H_
