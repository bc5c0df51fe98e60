#ifndef RELIB_INTERNAL_MODULE_MODULE_ENTRY_H_
#define RELIB_INTERNAL_MODULE_MODULE_ENTRY_H_

#include "relib/internal/boundary/abi.h"

// The tables that the macros of module.h define. A module that leaves one out
// gets the empty one of //relib:module_defaults, because the linker takes an
// object out of an archive only for a symbol that is still missing.
extern "C" {
extern const relib::internal::ExportsTable relib_internal_exports;
extern const relib::internal::ImportsTable relib_internal_imports;
extern const relib::internal::MainTable relib_internal_main;
extern const relib::internal::BeforeUnloadTable relib_internal_before_unload;
extern const relib::internal::StatesTable relib_internal_states;
}

namespace relib::internal {

// What Start() was given; null before.
const HostApi* BoundHost();

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MODULE_MODULE_ENTRY_H_
