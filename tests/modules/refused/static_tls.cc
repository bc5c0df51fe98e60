// A module that uses static TLS.

#include "relib/module.h"

[[gnu::tls_model("initial-exec")]] static thread_local int counter = 0;

RELIB_MAIN(int) { return ++counter; }
