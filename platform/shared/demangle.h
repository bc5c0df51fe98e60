#ifndef PLATFORM_SHARED_DEMANGLE_H_
#define PLATFORM_SHARED_DEMANGLE_H_

#include <string>
#include <string_view>

namespace relib::platform {

// Returns the C++ name of the function whose symbol is `mangled`, without
// suffixes of the compiler as in "f(int) [clone .cold]". Returns other symbols
// unchanged.
std::string Demangle(std::string_view mangled);

}  // namespace relib::platform

#endif  // PLATFORM_SHARED_DEMANGLE_H_
