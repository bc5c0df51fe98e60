// Found instead of GCC's header by the test that parses sources as MSVC would.
#error "MSVC has no <cxxabi.h>: select this source for GCC and Clang alone"
