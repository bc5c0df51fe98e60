// The test that parses sources as MSVC would finds it in place of GCC's.
#error \
    "MSVC has no <cxxabi.h>: the build must choose such a file for GCC and clang alone"
