// Contains the manifest that another pair of compiler and standard library
// generates. It is compiled, but not linked.

#include "relib/abi/testdata/exchange.h"
#include "relib/module.h"

RELIB_INTERNAL_NOTE(exports_note, kExports,
                    ::relib::internal::ImportsManifestText<exchange::Exports>);
RELIB_INTERNAL_NOTE(imports_note, kImports,
                    ::relib::internal::ImportsManifestText<exchange::Imports>);
