#include "platform/agent.h"

#include <pthread.h>
#include <threads.h>
#include <unistd.h>
#include <unwind.h>

#include "platform/linux/agent_binding.h"

// Set by the linker script constructors.lds; absent in a module that was linked
// without it, whose constructors the loader has run.
using Constructor = void (*)(int argc, char** argv, char** environment);
extern "C" {
[[gnu::weak,
  gnu::visibility("hidden")]] extern Constructor relib_constructors_begin[];
[[gnu::weak,
  gnu::visibility("hidden")]] extern Constructor relib_constructors_end[];
}

namespace relib::platform {
namespace {

constinit const AgentBinding* binding = nullptr;
constinit bool constructed = false;

// pthread_exit() and pthread_cancel() unwind with the program's libgcc_s, which
// asks the module's own copy of libgcc about the module's frames. That copy
// aborts unless it has unwound something itself before: so it does.
void PrepareToBeUnwound() {
  _Unwind_Backtrace([](_Unwind_Context*, void*) { return _URC_END_OF_STACK; },
                    nullptr);
}

// Runs when the loader really unloads the image, before the static destructors:
// thread_local objects may use static ones, as everywhere in C++.
[[gnu::destructor]] void DestroyThreadLocals() {
  if (binding != nullptr) binding->destroy_thread_locals(binding->estate);
}

}  // namespace

void BindAgent(const AgentBinding* host) {
  binding = host;
  PrepareToBeUnwound();
}

void RunConstructors() {
  if (constructed) return;
  constructed = true;
  // glibc hands every constructor the program's arguments. They can't be had
  // here, so a constructor sees a program without any.
  char* no_arguments[] = {nullptr};
  for (Constructor* constructor = relib_constructors_begin;
       constructor != relib_constructors_end; ++constructor) {
    (*constructor)(0, no_arguments, environ);
  }
}

}  // namespace relib::platform

// The hooks. The linker sends calls of NAME to __wrap_NAME, and those of
// __real_NAME to the C library (agent.bzl). A module that isn't bound was
// loaded by something else than relib, and behaves as without hooks.
// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names.
extern "C" {

int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                          void* (*start)(void*), void* argument);
int __real_thrd_create(thrd_t* thread, thrd_start_t start, void* argument);
int __real___cxa_thread_atexit_impl(void (*destroy)(void*), void* object,
                                    void* library);

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                          void* (*start)(void*), void* argument) {
  const relib::platform::AgentBinding* binding = relib::platform::binding;
  if (binding == nullptr) {
    return __real_pthread_create(thread, attributes, start, argument);
  }
  return binding->create_thread(binding->estate, thread, attributes, start,
                                argument);
}

int __wrap_thrd_create(thrd_t* thread, thrd_start_t start, void* argument) {
  const relib::platform::AgentBinding* binding = relib::platform::binding;
  if (binding == nullptr) return __real_thrd_create(thread, start, argument);
  return binding->create_c11_thread(binding->estate, thread, start, argument);
}

// The C library's own would keep the image mapped while a thread that has
// touched a thread_local object with a destructor is alive.
int __wrap___cxa_thread_atexit_impl(void (*destroy)(void*), void* object,
                                    void* library) {
  const relib::platform::AgentBinding* binding = relib::platform::binding;
  if (binding == nullptr) {
    return __real___cxa_thread_atexit_impl(destroy, object, library);
  }
  return binding->at_thread_exit(binding->estate, destroy, object);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
