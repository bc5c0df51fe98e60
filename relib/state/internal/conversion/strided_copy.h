#ifndef RELIB_STATE_INTERNAL_CONVERSION_STRIDED_COPY_H_
#define RELIB_STATE_INTERNAL_CONVERSION_STRIDED_COPY_H_

#include <cstddef>

namespace relib::internal {

// Copies `count` fields of `size` bytes each between elements of two arrays.
void CopyStrided(const char* from, size_t from_stride, char* to,
                 size_t to_stride, size_t size, size_t count);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_STRIDED_COPY_H_
