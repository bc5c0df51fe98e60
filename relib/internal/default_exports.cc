#include "relib/internal/module_entry.h"

constinit const relib::internal::ExportsTable relib_internal_exports = {};
