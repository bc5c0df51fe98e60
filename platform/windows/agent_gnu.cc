// The part of the agent that belongs to the C++ runtime of GCC and clang for
// mingw-w64: destructors of thread_local objects.

#include <errno.h>
#include <pthread.h>
#include <windows.h>

#include "platform/windows/agent_hooks.h"
#include "platform/windows/agent_internal.h"

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

// One thread_local object that has a destructor.
struct Object {
  Object* next;
  DWORD thread;
  void (*destructor)(void*);
  void* object;
};

SRWLOCK objects_lock = SRWLOCK_INIT;
Object* objects = nullptr;  // the newest first

// When the destructors of a thread have to run: before the memory of its
// objects goes. With GCC's emulated TLS (libgcc's emutls.c) a thread of
// winpthreads frees that by the destructor of a pthread key, long before the
// loader hears of its end; and while it runs those, it holds the lock that
// pthread_create(), _join() and _detach() take. So the destructors run at the
// end of the start routine or in pthread_exit(). For a thread that is
// cancelled, and for objects that are constructed later, a key of the agent's
// own is left: keys are served in the order of their creation, so it is created
// before the module's first other one.
INIT_ONCE key_once = INIT_ONCE_STATIC_INIT;
pthread_key_t key;
bool has_key = false;

void OnPthreadExit(void*) { RunThreadDestructors(); }

BOOL CALLBACK CreateKey(INIT_ONCE*, void*, void**) {
  has_key = __real_pthread_key_create(&key, &OnPthreadExit) == 0;
  return TRUE;
}

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

// Of `thread`, or of any if that is zero, which is no thread's id.
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

// One at a time: a destructor may construct further objects.
void Run(DWORD thread) {
  while (Object* object = TakeNewest(thread)) {
    const Object copy = *object;
    HeapFree(GetProcessHeap(), 0, object);
    copy.destructor(copy.object);
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
  using relib::platform::internal::CreateKey;
  using relib::platform::internal::key_once;
  InitOnceExecuteOnce(&key_once, &CreateKey, nullptr, nullptr);
  const int error = __real_pthread_key_create(key, destructor);
  if (error == 0) {
    relib::platform::internal::Record(relib::platform::ResourceKind::keys, *key,
                                      RELIB_RETURN_ADDRESS());
  }
  return error;
}

extern "C" int __wrap_pthread_key_delete(pthread_key_t key) {
  const int error = __real_pthread_key_delete(key);
  if (error == 0) {
    relib::platform::internal::Forget(relib::platform::ResourceKind::keys, key,
                                      RELIB_RETURN_ADDRESS());
  }
  return error;
}

// Takes the place of libstdc++'s, which takes a reference on the library for
// each object, so that it could never be unloaded; or which, when the last one
// goes at the end of a thread, unloads it with that thread still inside.
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
  // Not with native TLS (clang), whose memory lives until the thread is gone.
  if (relib::platform::internal::has_key) {
    // Any value but null: the key's destructor is called.
    pthread_setspecific(relib::platform::internal::key, object);
  }
  return 0;
}
