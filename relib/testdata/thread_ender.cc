// Ends the host's thread that calls it.

#include <pthread.h>

#include "relib/module.h"

RELIB_MAIN() { pthread_exit(nullptr); }
