#ifndef PLATFORM_WINDOWS_AGENT_AGENT_BINDING_H_
#define PLATFORM_WINDOWS_AGENT_AGENT_BINDING_H_

#include <cstdint>

#include "platform/agent/agent.h"
#include "platform/heap/heap_binding.h"
#include "platform/windows/agent/hook_table.h"

namespace relib::platform {

// The interface that the host hands to the agent of a module. Plain types only,
// because host and module may have been built by different compilers.
struct AgentBinding {
  Caller module;
  Caller runtime;

  // Hooks of functions that only create or free a resource, which `value`
  // names.
  void (*add)(const Caller* caller, ResourceKind kind, uint64_t value);
  void (*remove)(const Caller* caller, ResourceKind kind, uint64_t value);
  // All other hooks. Each behaves like the function that it replaces, and
  // records the effect.
  const HookTable* hooks;

  RelibHeapBinding* heap;
  // The process's one lock for DbgHelp. It is recursive.
  void (*lock_dbghelp)();
  void (*unlock_dbghelp)();

  // The agent stores a function of the module here. It runs the destructors of
  // the module's thread_local objects of the calling thread.
  void (**run_thread_destructors)();
  // Calls a destructor in the image, unless destructors are skipped.
  void (*run_destructor)(const Caller* module, void (*destroy)(void*),
                         void* object);
  bool (*destructors_are_skipped)(const Caller* module);
  // Called before the static destructors run, and after the last code of the
  // image has run.
  void (*before_destructors)(const Caller* module);
  void (*leave_image)(const Caller* module);
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_AGENT_AGENT_BINDING_H_
