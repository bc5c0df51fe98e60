#ifndef TESTS_MISBEHAVIOR_HARNESS_RESIDENT_MEMORY_H_
#define TESTS_MISBEHAVIOR_HARNESS_RESIDENT_MEMORY_H_

#include <cstdint>

namespace relib::misbehavior {

// What this process has of the machine's memory.
int64_t ResidentKib();

// Without what is a file's, such as images.
int64_t ResidentKibWithoutFiles();

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_RESIDENT_MEMORY_H_
