#ifndef PLATFORM_WINDOWS_AGENT_AGENT_BINDING_H_
#define PLATFORM_WINDOWS_AGENT_AGENT_BINDING_H_

#include <cstdint>

#include "platform/agent/agent.h"
#include "platform/heap/heap_binding.h"
#include "platform/windows/agent/hook_table.h"

namespace relib::platform {

// What the host gives to the agent of a module. Plain types only: host and
// module may have been built by different compilers.
struct AgentBinding {
  Caller module;
  Caller runtime;

  // For the functions that only make or give back something that a value names.
  void (*add)(const Caller* caller, ResourceKind kind, uint64_t value);
  void (*remove)(const Caller* caller, ResourceKind kind, uint64_t value);
  // For the others: each behaves as the function it stands for, and records
  // what came of it.
  const HookTable* hooks;

  RelibHeapBinding* heap;
  // One for all of the process, which a thread may take several times.
  void (*lock_dbghelp)();
  void (*unlock_dbghelp)();

  // Takes the module's function that runs the destructors of the thread_local
  // objects which the calling thread has there.
  void (**run_thread_destructors)();
  // Calls a destructor in the image, if they aren't skipped.
  void (*run_destructor)(const Caller* module, void (*destroy)(void*),
                         void* object);
  bool (*destructors_are_skipped)(const Caller* module);
  // The static destructors are about to run; the last code of the image has
  // run.
  void (*before_destructors)(const Caller* module);
  void (*leave_image)(const Caller* module);
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_AGENT_AGENT_BINDING_H_
