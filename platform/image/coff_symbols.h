#ifndef PLATFORM_IMAGE_COFF_SYMBOLS_H_
#define PLATFORM_IMAGE_COFF_SYMBOLS_H_

#include <cstdint>
#include <string_view>

namespace relib::platform {

// Returns the linker's name of the function at `offset` in the loaded image of
// a PE file, or "" if there is none. GCC's linker writes a symbol table unless
// it is told to strip it; other compilers' linkers do not.
//
// `file` is the whole file. A damaged file has fewer symbols, or none. Takes
// about a nanosecond per symbol.
std::string_view CoffFunctionAt(std::string_view file, uint32_t offset);

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_COFF_SYMBOLS_H_
