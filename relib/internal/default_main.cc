#include "relib/internal/module_entry.h"

constinit const relib::internal::MainTable relib_internal_main = {};
