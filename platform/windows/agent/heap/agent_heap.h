#ifndef PLATFORM_WINDOWS_AGENT_HEAP_AGENT_HEAP_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_AGENT_HEAP_H_

// What agent_heap.c has besides platform/heap/agent/agent_heap.h.

#ifdef __cplusplus
extern "C" {
#endif

// Of the calling thread, when its last code in the image has run.
void RelibLeaveHeapOfThread(void);  // NOLINT(modernize-redundant-void-arg): C.

// When the last code of the image has run, and all is counted.
void RelibLeaveHeap(void);  // NOLINT(modernize-redundant-void-arg)

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_AGENT_HEAP_H_
