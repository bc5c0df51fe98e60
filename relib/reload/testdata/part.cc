#include "relib/module.h"
#include "relib/reload/testdata/parts.h"

RELIB_EXPORTS(PartExports, .number = relib::implement<[] { return NUMBER; }>);
