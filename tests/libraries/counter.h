#ifndef TESTS_LIBRARIES_COUNTER_H_
#define TESTS_LIBRARIES_COUNTER_H_

// The functions of the library `counter`. Commands return zero
// on success.

extern "C" {

// The version that the library was built as.
int CounterVersion();
// The number of calls so far.
int CounterCount();
// The number of values of threads that the key's destructor has seen.
int CounterDestroyed();
// The number of SIGUSR2 that the handler has seen.
int CounterSignals();
// Sets a value of the calling thread, for a key with a destructor.
int CounterUseKey();
int CounterDeleteKey();
int CounterHandleSignal();
int CounterIgnoreSignal();
// Starts a thread that waits inside of the library.
int CounterStartThread();
int CounterStopThread();

}  // extern "C"

#endif  // TESTS_LIBRARIES_COUNTER_H_
