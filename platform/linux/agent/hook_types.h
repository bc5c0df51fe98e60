#ifndef PLATFORM_LINUX_AGENT_HOOK_TYPES_H_
#define PLATFORM_LINUX_AGENT_HOOK_TYPES_H_

// The types in the declarations of hooks.bzl.

#include <aio.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <termios.h>
#include <threads.h>
#include <time.h>

namespace relib::platform {

using StartRoutine = void* (*)(void*);
using DestroyFunction = void (*)(void*);
using ExitFunction = void (*)(int status, void* argument);
using SignalHandler = void (*)(int signal);
// Aliases, because a function hides each of these structs (`struct sigaction`).
using SignalActionPointer = const struct sigaction*;
using MutableSignalActionPointer = struct sigaction*;
using TextArray = char* const*;
using CloneFunction = int (*)(void* argument);
using ForkHandler = void (*)();
using FileHandlePointer = struct file_handle*;
using EventPointer = struct sigevent*;
using AioPointer = struct aiocb*;
using Aio64Pointer = struct aiocb64*;
using AioArray = struct aiocb* const*;
using Aio64Array = struct aiocb64* const*;
using AddressRequestArray = struct gaicb**;
using ItimerKind = __itimer_which_t;
using ItimerPointer = const struct itimerval*;
using MutableItimerPointer = struct itimerval*;

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_AGENT_HOOK_TYPES_H_
