#ifndef PLATFORM_WINDOWS_HOST_DEPENDENCIES_LIBRARY_HOLDERS_H_
#define PLATFORM_WINDOWS_HOST_DEPENDENCIES_LIBRARY_HOLDERS_H_

#include <windows.h>

#include <string>

namespace relib::platform {

// Describes, in a human-readable text, what keeps `module` loaded although the
// host has freed its reference (and has taken it again). The text names:
//
// - Libraries that are linked against the module. Their import tables, in
//   memory, have addresses inside of its image.
// - References that others took, and pinning, by the loader's own count. No
//   documented call returns the count. It is read where Wine 8 and Windows 8 to
//   11 keep it, and is believed only if it follows a reference that is taken
//   and given back. (Not verified on real Windows: there the text may lack the
//   number.)
std::string DescribeHolders(HMODULE module);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_DEPENDENCIES_LIBRARY_HOLDERS_H_
