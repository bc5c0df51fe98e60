// The part of the agent for the C++ runtime of GCC, and of Clang for mingw-w64:
// destructors of thread_local objects.

#include <errno.h>
#include <pthread.h>
#include <windows.h>

#include "platform/windows/agent/agent_hooks.h"
#include "platform/windows/agent/agent_internal.h"

extern "C" {

int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                          void* (*start)(void*), void* argument);
void __real_pthread_exit(void* result);
int __real_pthread_key_create(pthread_key_t* key, void (*destructor)(void*));
int __real_pthread_key_delete(pthread_key_t key);

}  // extern "C"

namespace relib::platform {

namespace internal {
namespace {

// A thread_local object with a destructor.
struct Object {
  Object* next;
  DWORD thread;
  void (*destructor)(void*);
  void* object;
};

SRWLOCK objects_lock = SRWLOCK_INIT;
Object* objects = nullptr;  // the newest first

// The thread-local destructors of a thread of winpthreads run at the end of its
// start routine, or in pthread_exit(). The loader's announcement of the end of
// a thread comes under the loader's lock. It serves other kinds of threads,
// threads that are canceled, and objects that are constructed later.
struct StartCall {
  void* (*start)(void*);
  void* argument;
};

void* RunThread(void* argument) {
  const StartCall call = *static_cast<StartCall*>(argument);
  HeapFree(GetProcessHeap(), 0, argument);
  void* result = call.start(call.argument);
  RunThreadDestructors();
  return result;
}

// Removes the newest object of `thread` from the list and returns it, or null.
// Zero, which is no thread's id, means any thread.
Object* TakeNewest(DWORD thread) {
  AcquireSRWLockExclusive(&objects_lock);
  Object** link = &objects;
  while (*link != nullptr && thread != 0 && (*link)->thread != thread) {
    link = &(*link)->next;
  }
  Object* taken = *link;
  if (taken != nullptr) *link = taken->next;
  ReleaseSRWLockExclusive(&objects_lock);
  return taken;
}

// Takes one object at a time, because a destructor may construct further
// objects.
void Run(DWORD thread) {
  while (Object* object = TakeNewest(thread)) {
    const Object copy = *object;
    HeapFree(GetProcessHeap(), 0, object);
    RunDestructor(copy.destructor, copy.object);
  }
}

}  // namespace

void RunThreadDestructors() { Run(GetCurrentThreadId()); }

void RunAllThreadDestructors() { Run(0); }

}  // namespace internal
}  // namespace relib::platform

extern "C" int __wrap_pthread_create(pthread_t* thread,
                                     const pthread_attr_t* attributes,
                                     void* (*start)(void*), void* argument) {
  using relib::platform::internal::RunThread;
  using relib::platform::internal::StartCall;
  auto* call = static_cast<StartCall*>(
      HeapAlloc(GetProcessHeap(), 0, sizeof(StartCall)));
  if (call == nullptr) return EAGAIN;
  *call = {start, argument};
  const int error = __real_pthread_create(thread, attributes, &RunThread, call);
  if (error != 0) HeapFree(GetProcessHeap(), 0, call);
  return error;
}

extern "C" void __wrap_pthread_exit(void* result) {
  relib::platform::internal::RunThreadDestructors();
  __real_pthread_exit(result);
}

extern "C" int __wrap_pthread_key_create(pthread_key_t* key,
                                         void (*destructor)(void*)) {
  const int error = __real_pthread_key_create(key, destructor);
  if (error == 0) {
    relib::platform::internal::Record(relib::platform::ResourceKind::kKeys,
                                      *key, RELIB_RETURN_ADDRESS());
  }
  return error;
}

extern "C" int __wrap_pthread_key_delete(pthread_key_t key) {
  const int error = __real_pthread_key_delete(key);
  if (error == 0) {
    relib::platform::internal::Forget(relib::platform::ResourceKind::kKeys, key,
                                      RELIB_RETURN_ADDRESS());
  }
  return error;
}

// Replaces the function of libstdc++. libstdc++'s version would take a
// reference on the library for each object. Either the library could never be
// unloaded, or the end of a thread would drop the last reference and unload it
// while the thread is still inside.
extern "C" int __cxa_thread_atexit(void (*destructor)(void*), void* object,
                                   void* /*dso*/) {
  using relib::platform::internal::Object;
  auto* entry =
      static_cast<Object*>(HeapAlloc(GetProcessHeap(), 0, sizeof(Object)));
  if (entry == nullptr) return -1;
  entry->thread = GetCurrentThreadId();
  entry->destructor = destructor;
  entry->object = object;
  AcquireSRWLockExclusive(&relib::platform::internal::objects_lock);
  entry->next = relib::platform::internal::objects;
  relib::platform::internal::objects = entry;
  ReleaseSRWLockExclusive(&relib::platform::internal::objects_lock);
  return 0;
}
