#ifndef TESTS_LIBRARIES_COUNTER_H_
#define TESTS_LIBRARIES_COUNTER_H_

// The functions of the library `counter` on every system. Commands return zero
// on success.

#ifdef __cplusplus
extern "C" {
#endif

// The version that the library was built as.
int CounterVersion(void);
// The number of calls so far.
int CounterCount(void);
// Starts a thread that waits inside of the library.
int CounterStartThread(void);
int CounterStopThread(void);

#ifdef __cplusplus
}
#endif

#endif  // TESTS_LIBRARIES_COUNTER_H_
