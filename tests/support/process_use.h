#ifndef TESTS_SUPPORT_PROCESS_USE_H_
#define TESTS_SUPPORT_PROCESS_USE_H_

#include <cstdint>

namespace relib {

// The resources that this process uses.
struct ProcessUse {
  // Private memory that is not backed by a file.
  int64_t bytes = 0;
  // Mapped ranges of addresses.
  int64_t mappings = 0;
  // Descriptors on Linux, handles on Windows.
  int64_t handles = 0;
  int64_t threads = 0;
};

ProcessUse CurrentProcessUse();

}  // namespace relib

#endif  // TESTS_SUPPORT_PROCESS_USE_H_
