#ifndef TESTS_MISBEHAVIOR_HARNESS_RESIDENT_MEMORY_H_
#define TESTS_MISBEHAVIOR_HARNESS_RESIDENT_MEMORY_H_

#include <cstdint>

namespace relib::misbehavior {

// Returns the resident memory of this process.
int64_t ResidentKib();

// Returns the resident memory that isn't mapped from files, such as images.
int64_t ResidentKibWithoutFiles();

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_RESIDENT_MEMORY_H_
