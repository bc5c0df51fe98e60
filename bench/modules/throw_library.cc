// A library with a C++ runtime of its own, as a module has, but without relib.

#include "bench/modules/throw_and_catch.h"

extern "C" int BenchThrowAndCatch() { return relib::bench::ThrowAndCatch(); }
