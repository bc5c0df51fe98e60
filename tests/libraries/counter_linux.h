#ifndef TESTS_LIBRARIES_COUNTER_LINUX_H_
#define TESTS_LIBRARIES_COUNTER_LINUX_H_

// The functions that the library `counter` has on Linux only. Commands return
// zero on success.

#ifdef __cplusplus
extern "C" {
#endif

// The number of values of threads that the key's destructor has seen.
int CounterDestroyed(void);
// The number of SIGUSR2 that the handler has seen.
int CounterSignals(void);
// Sets a value of the calling thread, for a key with a destructor.
int CounterUseKey(void);
int CounterDeleteKey(void);
int CounterHandleSignal(void);
int CounterIgnoreSignal(void);

#ifdef __cplusplus
}
#endif

#endif  // TESTS_LIBRARIES_COUNTER_LINUX_H_
