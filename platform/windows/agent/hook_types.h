#ifndef PLATFORM_WINDOWS_AGENT_HOOK_TYPES_H_
#define PLATFORM_WINDOWS_AGENT_HOOK_TYPES_H_

// Types in the declarations of hooks.bzl, and the first parameter of hooks.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
// After windows.h.
// clang-format off
#include <dbghelp.h>
// clang-format on

namespace relib::platform {

class ResourceSet;

// The first argument of a hook: whose call it is.
struct Caller {
  ResourceSet* resources;
  // The call comes from the pthreads library in the module, which acquires the
  // resource for itself. Such a resource is reclaimed but not reported, since
  // it isn't the author's concern.
  bool is_runtime;
  // The module's image; null until BindAgent().
  HMODULE* image;
};

using BeginThreadStart = void(__cdecl*)(void*);
using BeginThreadExStart = unsigned(__stdcall*)(void*);
using SignalHandler = void(__cdecl*)(int signal);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_AGENT_HOOK_TYPES_H_
