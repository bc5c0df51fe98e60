// Thread-local variables of GCC, which on Windows calls a function for the
// address of each. The function of libgcc has two faults in a module. Its
// memory comes from malloc(), so the module seems to leak it. And it frees the
// memory by a thread key of winpthreads: before the destructors of objects that
// come later, and never for threads that outlive the module. The function here
// has memory of its own, which it keeps until the thread, or all threads, have
// left the image for good.

#include <string.h>
#include <windows.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "platform/windows/agent/heap/emulated_tls.h"
#include "platform/windows/agent/heap/thread_index.h"

namespace relib::platform {
namespace {

// A thread_local variable as the compiler describes it.
struct Variable {
  size_t size;
  size_t alignment;
  // Counts from one; zero until a thread uses the variable.
  size_t number;
  // Null if the variable is all zeros.
  const void* initial;
};

// The variables of one thread.
struct Thread {
  Thread* next;
  Thread** link;
  DWORD id;
  size_t count;
  // By number; null for variables that weren't used yet.
  struct Object {
    void* memory;
    void* variable;
  }* objects;
};

SRWLOCK lock = SRWLOCK_INIT;
size_t variable_count = 0;  // under `lock`
Thread* threads = nullptr;  // under `lock`

// Without an index, a thread finds itself in the list. The index is set before
// the module has any thread but the loading one.
RelibThreadIndex thread_index;
bool has_thread_index = false;

void* Take(size_t size) {
  void* const memory = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
  // As in libgcc: there is no way to report an error.
  if (memory == nullptr) std::abort();
  return memory;
}

void GiveBack(void* memory) { HeapFree(GetProcessHeap(), 0, memory); }

Thread* FindInList() {
  const DWORD id = GetCurrentThreadId();
  AcquireSRWLockShared(&lock);
  Thread* thread = threads;
  while (thread != nullptr && thread->id != id) thread = thread->next;
  ReleaseSRWLockShared(&lock);
  return thread;
}

// Returns null if the calling thread has used no variable.
Thread* Find() {
  if (!has_thread_index) return FindInList();
  auto* thread = static_cast<Thread*>(RelibThreadValue(thread_index));
  return thread;
}

Thread& FindOrAdd() {
  Thread* thread = Find();
  if (thread == nullptr && has_thread_index) {
    // The thread may have used variables before there was an index.
    thread = FindInList();
  }
  if (thread == nullptr) {
    thread = static_cast<Thread*>(Take(sizeof(Thread)));
    thread->id = GetCurrentThreadId();
    AcquireSRWLockExclusive(&lock);
    thread->next = threads;
    thread->link = &threads;
    if (threads != nullptr) threads->link = &thread->next;
    threads = thread;
    ReleaseSRWLockExclusive(&lock);
  }
  if (has_thread_index) RelibSetThreadValue(thread_index, thread);
  return *thread;
}

// The caller holds `lock`.
void Free(Thread* thread) {
  *thread->link = thread->next;
  if (thread->next != nullptr) thread->next->link = thread->link;
  for (size_t i = 0; i < thread->count; ++i) {
    if (thread->objects[i].memory != nullptr) {
      GiveBack(thread->objects[i].memory);
    }
  }
  if (thread->objects != nullptr) GiveBack(thread->objects);
  GiveBack(thread);
}

size_t NumberOf(Variable& variable) {
  const std::atomic_ref<size_t> number(variable.number);
  if (const size_t known = number.load(std::memory_order_acquire)) {
    return known;
  }
  AcquireSRWLockExclusive(&lock);
  if (variable.number == 0) {
    number.store(++variable_count, std::memory_order_release);
  }
  ReleaseSRWLockExclusive(&lock);
  return variable.number;
}

void Grow(Thread& thread, size_t count) {
  const size_t larger = count < 16 ? 16 : 2 * count;
  auto* const objects =
      static_cast<Thread::Object*>(Take(larger * sizeof(Thread::Object)));
  if (thread.objects != nullptr) {
    memcpy(objects, thread.objects, thread.count * sizeof(Thread::Object));
    GiveBack(thread.objects);
  }
  thread.objects = objects;
  thread.count = larger;
}

void Create(const Variable& variable, Thread::Object& object) {
  // The heap aligns blocks to MEMORY_ALLOCATION_ALIGNMENT only.
  const size_t extra =
      variable.alignment > MEMORY_ALLOCATION_ALIGNMENT ? variable.alignment : 0;
  object.memory = Take(variable.size + extra);
  auto address = reinterpret_cast<uintptr_t>(object.memory);
  if (extra != 0) {
    address = (address + variable.alignment - 1) & ~(variable.alignment - 1);
  }
  object.variable = reinterpret_cast<void*>(address);
  if (variable.initial != nullptr) {
    memcpy(object.variable, variable.initial, variable.size);
  }
}

}  // namespace

namespace internal {

void UseThreadIndex(uint32_t index) {
  thread_index = RelibMakeThreadIndex(index);
  has_thread_index = true;
}

void FreeThreadLocals() {
  Thread* thread = Find();
  if (thread == nullptr) thread = FindInList();
  if (thread == nullptr) return;
  if (has_thread_index) RelibSetThreadValue(thread_index, nullptr);
  AcquireSRWLockExclusive(&lock);
  Free(thread);
  ReleaseSRWLockExclusive(&lock);
}

void FreeAllThreadLocals() {
  AcquireSRWLockExclusive(&lock);
  while (threads != nullptr) Free(threads);
  ReleaseSRWLockExclusive(&lock);
}

}  // namespace internal
}  // namespace relib::platform

// NOLINTBEGIN(bugprone-reserved-identifier): the compiler's names.
extern "C" {

void* __emutls_get_address(relib::platform::Variable* variable) {
  using namespace relib::platform;  // NOLINT(google-build-using-namespace)
  const size_t number = NumberOf(*variable);
  Thread* thread = Find();
  if (thread == nullptr) thread = &FindOrAdd();
  if (number > thread->count) Grow(*thread, number);
  Thread::Object& object = thread->objects[number - 1];
  if (object.variable == nullptr) Create(*variable, object);
  return object.variable;
}

// Called for variables that several sources define (-fcommon), before any is
// used.
void __emutls_register_common(relib::platform::Variable* variable, size_t size,
                              size_t alignment, const void* initial) {
  if (variable->size < size) {
    variable->size = size;
    variable->initial = nullptr;
  }
  if (variable->alignment < alignment) variable->alignment = alignment;
  if (initial != nullptr && size == variable->size) variable->initial = initial;
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
