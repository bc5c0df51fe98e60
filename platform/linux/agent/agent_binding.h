#ifndef PLATFORM_LINUX_AGENT_AGENT_BINDING_H_
#define PLATFORM_LINUX_AGENT_AGENT_BINDING_H_

#include "platform/agent/agent.h"
#include "platform/heap/heap_binding.h"
#include "platform/linux/agent/hook_table.h"

namespace relib::platform {

// The host's side of the hooks of one module.
struct AgentBinding {
  void* resources;
  // Functions that behave like those that they replace, and record the result
  // in `resources`. Null in a forked child: the locks of `resources` may be
  // held by threads that do not exist there.
  const HookTable* hooks;
  // The module's heap, which works in a forked child as well.
  RelibHeapBinding* heap;

  // Marks `destroy` as the destructor of thread keys that the module's C++
  // runtime or heap creates and never deletes.
  void (*runtime_key_destructor)(void* resources, DestroyFunction destroy);
  // Destroys objects that have to go before static ones, such as thread_local
  // objects of threads that live on. Called just before the static destructors.
  void (*before_destructors)(void* resources);
  // Reclaims resources that refer to the image. Called after the last code of
  // the image has run.
  void (*leave_image)(void* resources);
};

// Returns the binding of this module. Returns null if functions should be
// called without hooks: the module was not loaded by relib, or this is a forked
// child.
const AgentBinding* BoundAgent();

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_AGENT_AGENT_BINDING_H_
