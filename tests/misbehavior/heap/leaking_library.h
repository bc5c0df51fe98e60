#ifndef TESTS_MISBEHAVIOR_HEAP_LEAKING_LIBRARY_H_
#define TESTS_MISBEHAVIOR_HEAP_LEAKING_LIBRARY_H_

// A third-party library in C that is linked into a module.

#ifdef __cplusplus
extern "C" {
#endif

// Keeps a copy of `text` forever. Returns the number of copies.
int leaking_library_remember(const char* text);

#ifdef __cplusplus
}
#endif

#endif  // TESTS_MISBEHAVIOR_HEAP_LEAKING_LIBRARY_H_
