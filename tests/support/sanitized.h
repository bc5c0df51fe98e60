#ifndef TESTS_SUPPORT_SANITIZED_H_
#define TESTS_SUPPORT_SANITIZED_H_

#include "platform/shared/sanitizer.h"

namespace relib {

// Whether this file is compiled with the sanitizer.
inline constexpr bool kAddressSanitizer = RELIB_PLATFORM_ASAN != 0;
inline constexpr bool kThreadSanitizer = RELIB_PLATFORM_TSAN != 0;

// Whether a sanitizer replaces the heap and may map memory at any time.
inline constexpr bool kSanitized = kAddressSanitizer || kThreadSanitizer;

}  // namespace relib

#endif  // TESTS_SUPPORT_SANITIZED_H_
