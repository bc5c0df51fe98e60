#ifndef PLATFORM_LINUX_AGENT_AGENT_BINDING_H_
#define PLATFORM_LINUX_AGENT_AGENT_BINDING_H_

#include "platform/agent/agent.h"
#include "platform/heap/heap_binding.h"
#include "platform/linux/agent/hook_table.h"

namespace relib::platform {

// What the host gives to the agent of a module.
struct AgentBinding {
  void* resources;
  // Each behaves as the function it stands for, and records what came of it in
  // `resources`. Null in a child that was forked: what a module does there is
  // no business of the module resources, whose locks nobody may hold the keys
  // of.
  const HookTable* hooks;
  // The module's heap works in a forked child as well.
  RelibHeapBinding* heap;

  // `destroy` is the destructor of a thread key that the C++ runtime or the
  // heap of the module takes and never gives back.
  void (*runtime_key_destructor)(void* resources, DestroyFunction destroy);
  // The static destructors are about to run: destroys what has to go before,
  // such as the thread_local objects of threads that live on.
  void (*before_destructors)(void* resources);
  // The last code of the image has run. Gives back what refers to the image.
  void (*leave_image)(void* resources);
};

// In the module. Null when calls are to go where they went without hooks: the
// module was loaded by something else than relib, or this is a forked child.
const AgentBinding* BoundAgent();

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_AGENT_AGENT_BINDING_H_
