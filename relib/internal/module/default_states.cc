#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/module/module_entry.h"

RELIB_INTERNAL_AMONG_RELOCATED constinit const relib::internal::StatesTable
    relib_internal_states = {};
