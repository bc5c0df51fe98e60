// The text of the manifest as another pair of compiler and standard library
// makes it; nothing is linked with it.

#include "relib/abi/testdata/exchange.h"
#include "relib/module.h"

RELIB_INTERNAL_NOTE(exports_note, kExports,
                    ::relib::internal::ImportsManifestText<exchange::Exports>);
RELIB_INTERNAL_NOTE(imports_note, kImports,
                    ::relib::internal::ImportsManifestText<exchange::Imports>);
