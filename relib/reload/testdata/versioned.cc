#include "relib/reload/testdata/versioned.h"

#include "relib/module.h"

RELIB_IMPORTS(VersionedImports);
RELIB_EXPORTS(
    VersionedExports, .number = relib::implement<[] { return NUMBER; }>,
    .call_back =
        relib::implement<[] { relib::imports<VersionedImports>().called(); }>);
RELIB_MAIN(int) { return 100 + NUMBER; }
