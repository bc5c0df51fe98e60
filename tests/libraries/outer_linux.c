// A library that needs the library `plain` and has no run path.
#include "tests/libraries/plain.h"

int OuterAnswer(void) { return PlainAnswer() + 1; }
