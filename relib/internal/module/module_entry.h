#ifndef RELIB_INTERNAL_MODULE_MODULE_ENTRY_H_
#define RELIB_INTERNAL_MODULE_MODULE_ENTRY_H_

#include "relib/internal/boundary/abi.h"

// The tables that the macros of module.h define. If a module doesn't use a
// macro, the linker takes the empty table of :module_defaults: it extracts an
// object from an archive only for a symbol that is still undefined.
extern "C" {
extern const relib::internal::ExportsTable relib_internal_exports;
extern const relib::internal::ImportsTable relib_internal_imports;
extern const relib::internal::MainTable relib_internal_main;
extern const relib::internal::BeforeUnloadTable relib_internal_before_unload;
extern const relib::internal::StatesTable relib_internal_states;
}

namespace relib::internal {

// Returns the functions of the host, or null before the module is started.
const HostApi* BoundHost();

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MODULE_MODULE_ENTRY_H_
