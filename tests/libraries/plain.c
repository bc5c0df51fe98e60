// A library without a name of its own (DT_SONAME) and without a build id.
#include "tests/libraries/plain.h"

int PlainAnswer(void) { return 42; }
