// The thread of the library `counter`.
#include <windows.h>

#include "tests/libraries/counter.h"

static HANDLE thread;
static HANDLE stop;

static DWORD WINAPI Loop(void* argument) {
  (void)argument;
  return WaitForSingleObject(stop, INFINITE);
}

int CounterStartThread(void) {
  stop = CreateEventW(0, TRUE, FALSE, 0);
  thread = CreateThread(0, 0, Loop, 0, 0, 0);
  return thread == 0;
}

int CounterStopThread(void) {
  SetEvent(stop);
  const DWORD result = WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
  CloseHandle(stop);
  return result != WAIT_OBJECT_0;
}
