#ifndef PLATFORM_WINDOWS_AGENT_HOOK_TYPES_H_
#define PLATFORM_WINDOWS_AGENT_HOOK_TYPES_H_

// The types in the declarations of hooks.bzl, and what hooks get besides.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
// Behind windows.h, which it needs.
// clang-format off
#include <dbghelp.h>
// clang-format on

namespace relib::platform {

class ResourceSet;

// What a hook is told first: whose call it is.
struct Caller {
  ResourceSet* resources;
  // It is the pthreads library in the module that takes something for itself.
  // That is given back as well, but isn't the author's concern.
  bool is_runtime;
  // The module's image, once that has told where it is.
  HMODULE* image;
};

using BeginThreadStart = void(__cdecl*)(void*);
using BeginThreadExStart = unsigned(__stdcall*)(void*);
using SignalHandler = void(__cdecl*)(int signal);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_AGENT_HOOK_TYPES_H_
