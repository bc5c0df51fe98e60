// A C library that keeps state. counter_<system>.c adds threads.
#include "tests/libraries/counter.h"

static int count;

int CounterVersion(void) { return VERSION; }
int CounterCount(void) { return ++count; }
