#include "relib/internal/boundary/attributes.h"
#include "relib/internal/module/module_entry.h"

RELIB_INTERNAL_AMONG_RELOCATED constinit const relib::internal::
    BeforeUnloadTable relib_internal_before_unload = {};
