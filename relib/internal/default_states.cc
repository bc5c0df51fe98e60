#include "relib/internal/attributes.h"
#include "relib/internal/module_entry.h"
#include "relib/state/internal/abi.h"

RELIB_INTERNAL_AMONG_RELOCATED constinit const relib::internal::StatesTable
    relib_internal_states = {};
