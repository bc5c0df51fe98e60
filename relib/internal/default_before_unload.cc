#include "relib/internal/module_entry.h"

constinit const relib::internal::BeforeUnloadTable
    relib_internal_before_unload = {};
