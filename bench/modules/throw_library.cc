// A library without relib. It has its own C++ runtime, as a module does.

#include "bench/modules/throw_and_catch.h"

extern "C" int BenchThrowAndCatch() { return relib::bench::ThrowAndCatch(); }
