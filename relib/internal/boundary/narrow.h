#ifndef RELIB_INTERNAL_BOUNDARY_NARROW_H_
#define RELIB_INTERNAL_BOUNDARY_NARROW_H_

#include <type_traits>

#include "relib/internal/boundary/attributes.h"

// Parameters of 8 and 16 bits. The ABI of x86-64 doesn't say what the rest of
// their register holds: GCC leaves anything there (it passes uint8_t{255} as
// -1), and clang takes for granted that the caller has extended them.

namespace relib::internal {

template <typename T>
inline constexpr bool kIsNarrow =
    (std::is_integral_v<T> || std::is_enum_v<T>) && sizeof(T) < sizeof(int);

// The value of a parameter that came from another compiler.
template <typename T>
  requires kIsNarrow<T>
RELIB_INTERNAL_ALWAYS_INLINE T WithoutUpperBits(T argument) {
#if defined(__clang__)
  // What comes out of the assembly is a value of which clang knows nothing, so
  // that it extends it by itself where it has to.
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
