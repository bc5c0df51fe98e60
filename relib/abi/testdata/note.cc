// The text of the record as another pair of compiler and standard library makes
// it; nothing is linked with it.

#include "relib/abi/testdata/exchange.h"
#include "relib/module.h"

RELIB_INTERNAL_NOTE(exports_note, kExports,
                    ::relib::internal::ImportsNoteText<exchange::Exports>);
RELIB_INTERNAL_NOTE(imports_note, kImports,
                    ::relib::internal::ImportsNoteText<exchange::Imports>);
