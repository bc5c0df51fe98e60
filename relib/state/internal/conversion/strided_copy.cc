#include "relib/state/internal/conversion/strided_copy.h"

#include <cstddef>
#include <cstring>

namespace relib::internal {
namespace {

// Copies fields of a constant size, for which the compiler needs no call.
template <size_t kSize>
void CopyFixed(const char* from, size_t from_stride, char* to, size_t to_stride,
               size_t count) {
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * to_stride, from + i * from_stride, kSize);
  }
}

}  // namespace

void CopyStrided(const char* from, size_t from_stride, char* to,
                 size_t to_stride, size_t size, size_t count) {
  switch (size) {
    case 1:
      return CopyFixed<1>(from, from_stride, to, to_stride, count);
    case 2:
      return CopyFixed<2>(from, from_stride, to, to_stride, count);
    case 4:
      return CopyFixed<4>(from, from_stride, to, to_stride, count);
    case 8:
      return CopyFixed<8>(from, from_stride, to, to_stride, count);
    case 12:
      return CopyFixed<12>(from, from_stride, to, to_stride, count);
    case 16:
      return CopyFixed<16>(from, from_stride, to, to_stride, count);
    case 20:
      return CopyFixed<20>(from, from_stride, to, to_stride, count);
    case 24:
      return CopyFixed<24>(from, from_stride, to, to_stride, count);
    case 32:
      return CopyFixed<32>(from, from_stride, to, to_stride, count);
    default:
      for (size_t i = 0; i < count; ++i) {
        std::memcpy(to + i * to_stride, from + i * from_stride, size);
      }
  }
}

}  // namespace relib::internal
