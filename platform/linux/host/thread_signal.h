#ifndef PLATFORM_LINUX_HOST_THREAD_SIGNAL_H_
#define PLATFORM_LINUX_HOST_THREAD_SIGNAL_H_

#include <cstdint>

#include "platform/host/deadline.h"

namespace relib::platform {

// Runs answer(argument, context) on another thread of this process, in the
// handler of a real-time signal, where `context` is the interrupted ucontext_t.
// `answer` must be async-signal-safe.
//
// Returns false if the thread does not answer before `deadline`. A thread that
// blocks the signal, is stopped, or is deep in the kernel is not asked at all:
// each signal that is not taken stays in the kernel's queue, which all
// processes of the user share, until the thread ends. Blocking functions that
// are not restarted, such as poll(), return EINTR in the thread.
//
// Takes a real-time signal whose action is the default one and that no thread
// blocks, as programs do that receive it by sigwaitinfo() or signalfd(). Takes
// another one if the program has set an action for it meanwhile. Thread-safe.
bool AskThread(uint64_t id, void (*answer)(void* argument, void* context),
               void* argument, Deadline deadline);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_THREAD_SIGNAL_H_
