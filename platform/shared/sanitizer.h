#ifndef PLATFORM_SHARED_SANITIZER_H_
#define PLATFORM_SHARED_SANITIZER_H_

// RELIB_PLATFORM_ASAN and RELIB_PLATFORM_TSAN are 1 if this file is compiled
// with AddressSanitizer or ThreadSanitizer, and 0 otherwise. For C and C++.

#if defined(__has_feature)
#define RELIB_PLATFORM_HAS_FEATURE(x) __has_feature(x)
#else
#define RELIB_PLATFORM_HAS_FEATURE(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || \
    RELIB_PLATFORM_HAS_FEATURE(address_sanitizer)
#define RELIB_PLATFORM_ASAN 1
#else
#define RELIB_PLATFORM_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__) || RELIB_PLATFORM_HAS_FEATURE(thread_sanitizer)
#define RELIB_PLATFORM_TSAN 1
#else
#define RELIB_PLATFORM_TSAN 0
#endif

#undef RELIB_PLATFORM_HAS_FEATURE

#endif  // PLATFORM_SHARED_SANITIZER_H_
