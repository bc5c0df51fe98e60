#ifndef PLATFORM_HOST_THREAD_POINTER_H_
#define PLATFORM_HOST_THREAD_POINTER_H_

#include "platform/native/thread_pointer.h"

namespace relib::platform {

// One pointer per thread for the whole process, owned by relib/internal/gate.
// Costs an instruction or two on every system and with every compiler, unlike
// thread_local: GCC emulates that on Windows with a function that looks
// variables up.

// Return and set the calling thread's pointer, which is null at first. Inline.
void* ThreadPointer();
void SetThreadPointer(void* pointer);

// Registers `function` to be called at the end of the calling thread, after the
// destructors of its thread_local objects. Code that runs even later, such as
// destructors of thread keys on Linux, may call this again; the call is
// honored except in the last moments of the thread. Not called when the
// process exits.
void AtThreadEnd(void (*function)());

}  // namespace relib::platform

#endif  // PLATFORM_HOST_THREAD_POINTER_H_
