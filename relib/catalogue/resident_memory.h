#ifndef RELIB_CATALOGUE_RESIDENT_MEMORY_H_
#define RELIB_CATALOGUE_RESIDENT_MEMORY_H_

#include <cstdint>

namespace relib::catalogue {

// What this process has of the machine's memory.
int64_t ResidentKib();

// Without what is a file's, such as images.
int64_t ResidentKibWithoutFiles();

}  // namespace relib::catalogue

#endif  // RELIB_CATALOGUE_RESIDENT_MEMORY_H_
