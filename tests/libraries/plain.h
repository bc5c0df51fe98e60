#ifndef TESTS_LIBRARIES_PLAIN_H_
#define TESTS_LIBRARIES_PLAIN_H_

// The function of the library `plain`.

#ifdef __cplusplus
extern "C" {
#endif

// Returns 42.
int PlainAnswer(void);

#ifdef __cplusplus
}
#endif

#endif  // TESTS_LIBRARIES_PLAIN_H_
