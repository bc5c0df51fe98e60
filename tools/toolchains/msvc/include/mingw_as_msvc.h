#ifndef TOOLS_TOOLCHAINS_MSVC_INCLUDE_MINGW_AS_MSVC_H_
#define TOOLS_TOOLCHAINS_MSVC_INCLUDE_MINGW_AS_MSVC_H_

// Included before everything else, so that mingw-w64's headers can replace
// MSVC's.

#include <_mingw.h>

// The headers don't define this for compilers that identify as MSVC.
#undef __MINGW_IMPORT
#define __MINGW_IMPORT extern

#endif  // TOOLS_TOOLCHAINS_MSVC_INCLUDE_MINGW_AS_MSVC_H_
