// Found instead of GCC's header by the test that parses sources as MSVC would.
#error \
    "MSVC has no <cxxabi.h>: the build must choose such a file for GCC and clang alone"
