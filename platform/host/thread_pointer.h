#ifndef PLATFORM_HOST_THREAD_POINTER_H_
#define PLATFORM_HOST_THREAD_POINTER_H_

#include "platform/native/thread_pointer.h"

namespace relib::platform {

// One pointer for each thread: what `thread_local void*` is where that costs an
// instruction or two, on every system and with every compiler. GCC emulates
// thread_local for Windows with a function that looks variables up.
//
// There is one for the whole process, and it belongs to relib/internal/gate.

// Of the calling thread. Null until it is set. Inline.
void* ThreadPointer();
void SetThreadPointer(void* pointer);

// Has `function` called by the calling thread when that ends: after the
// destructors of its thread_local objects. What runs later still, such as the
// destructors of thread keys on Linux, may ask for it again, and is heard
// except in the last moments of the thread. Not called when the process exits.
void AtThreadEnd(void (*function)());

}  // namespace relib::platform

#endif  // PLATFORM_HOST_THREAD_POINTER_H_
