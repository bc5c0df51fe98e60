#ifndef PLATFORM_LINUX_AGENT_BINDING_H_
#define PLATFORM_LINUX_AGENT_BINDING_H_

#include <pthread.h>
#include <threads.h>

#include "platform/agent.h"

namespace relib::platform {

// Filled by the host (estate.cc), called by the hooks in the module (agent.cc).
// Each function behaves as the one it stands for and records what came of it in
// `estate`.
struct AgentBinding {
  void* estate;

  int (*create_thread)(void* estate, pthread_t* thread,
                       const pthread_attr_t* attributes, void* (*start)(void*),
                       void* argument);
  int (*create_c11_thread)(void* estate, thrd_t* thread, thrd_start_t start,
                           void* argument);

  // __cxa_thread_atexit_impl(): `destroy(object)` when the calling thread ends.
  int (*at_thread_exit)(void* estate, void (*destroy)(void*), void* object);
  // The image is about to go: destroys what threads that live on have left.
  void (*destroy_thread_locals)(void* estate);
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_AGENT_BINDING_H_
