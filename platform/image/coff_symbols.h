#ifndef PLATFORM_IMAGE_COFF_SYMBOLS_H_
#define PLATFORM_IMAGE_COFF_SYMBOLS_H_

#include <cstdint>
#include <string_view>

namespace relib::platform {

// The name, as the linker knows it, of the function at `offset` from the
// beginning of the loaded image of a PE file. Empty if there is none: GCC's
// linker writes a table of symbols unless it is told to strip it, other
// compilers' don't.
//
// `file` is the whole file; a damaged one has fewer symbols, or none. Takes
// about a nanosecond for each symbol.
std::string_view CoffFunctionAt(std::string_view file, uint32_t offset);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_COFF_SYMBOLS_H_
