#ifndef RELIB_INTERNAL_BOUNDARY_NARROW_H_
#define RELIB_INTERNAL_BOUNDARY_NARROW_H_

#include <type_traits>

#include "relib/internal/boundary/attributes.h"

// Parameters of 8 and 16 bits. The x86-64 ABI leaves the upper bits of their
// register undefined. GCC leaves arbitrary bits there (it passes uint8_t{255}
// as -1), but Clang assumes that the caller has extended the value.

namespace relib::internal {

template <typename T>
inline constexpr bool kIsNarrow =
    (std::is_integral_v<T> || std::is_enum_v<T>) && sizeof(T) < sizeof(int);

// Returns the value of a parameter that code of another compiler passed.
template <typename T>
  requires kIsNarrow<T>
RELIB_INTERNAL_ALWAYS_INLINE T WithoutUpperBits(T argument) {
#if defined(__clang__)
  // Clang knows nothing of the value that the assembly returns, and so extends
  // it where necessary.
  if constexpr (std::is_same_v<T, bool>) {
    auto byte = static_cast<unsigned char>(argument);
    asm("" : "+r"(byte));
    return (byte & 1) != 0;
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(
        WithoutUpperBits(static_cast<std::underlying_type_t<T>>(argument)));
  } else {
    asm("" : "+r"(argument));
  }
#endif
  return argument;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_NARROW_H_
