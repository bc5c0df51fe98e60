#include "relib/internal/module_entry.h"

constinit const relib::internal::ImportsTable relib_internal_imports = {};
