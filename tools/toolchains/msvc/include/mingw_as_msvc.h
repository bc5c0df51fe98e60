#ifndef TOOLS_TOOLCHAINS_MSVC_INCLUDE_MINGW_AS_MSVC_H_
#define TOOLS_TOOLCHAINS_MSVC_INCLUDE_MINGW_AS_MSVC_H_

// Included before everything else, so that mingw-w64's headers can stand in for
// MSVC's.

#include <_mingw.h>

// They forget it for compilers that call themselves MSVC.
#undef __MINGW_IMPORT
#define __MINGW_IMPORT extern

#endif  // TOOLS_TOOLCHAINS_MSVC_INCLUDE_MINGW_AS_MSVC_H_
