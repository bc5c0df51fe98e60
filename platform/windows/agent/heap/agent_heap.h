#ifndef PLATFORM_WINDOWS_AGENT_HEAP_AGENT_HEAP_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_AGENT_HEAP_H_

// Functions of agent_heap.c beyond platform/heap/agent/agent_heap.h.

#ifdef __cplusplus
extern "C" {
#endif

// Frees the heap of the calling thread, after its last code in the image has
// run.
void RelibLeaveHeapOfThread(void);  // NOLINT(modernize-redundant-void-arg): C.

// Called after the last code of the image has run and all blocks are counted.
void RelibLeaveHeap(void);  // NOLINT(modernize-redundant-void-arg)

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_AGENT_HEAP_H_
