#include "platform/windows/agent/heap/agent_memory.h"

#include <windows.h>

#include <cstdint>

#include "platform/heap/agent/agent_heap.h"
#include "platform/heap/agent/bind_heap.h"
#include "platform/windows/agent/heap/agent_heap.h"
#include "platform/windows/agent/heap/emulated_tls.h"
#include "platform/windows/agent/heap/heap_system.h"
#include "platform/windows/agent/heap/runtime_gnu.h"

namespace relib::platform::internal {
namespace {

const RelibHeapSystem* host = nullptr;
uint32_t thread_index = TLS_OUT_OF_INDEXES;

}  // namespace

void BindMemory(RelibHeapBinding* binding) {
  host = binding->system;
  BindHeap(binding);
  thread_index = host->take_thread_index();
  if (thread_index != TLS_OUT_OF_INDEXES) UseThreadIndex(thread_index);
}

void LeaveMemoryOfThread() {
  FreeThreadLocals();
  RelibLeaveHeapOfThread();
}

void LeaveMemory() {
  FreeAllThreadLocals();
  FreeRuntimeMemory();
  RelibLeaveHeap();
  if (thread_index != TLS_OUT_OF_INDEXES) {
    host->give_thread_index_back(thread_index);
  }
}

extern "C" bool RelibHooksAreOn() { return host != nullptr; }

}  // namespace relib::platform::internal
