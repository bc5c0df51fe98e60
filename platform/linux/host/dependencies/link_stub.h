#ifndef PLATFORM_LINUX_HOST_DEPENDENCIES_LINK_STUB_H_
#define PLATFORM_LINUX_HOST_DEPENDENCIES_LINK_STUB_H_

#include <string>

#include "platform/image/elf_file.h"

namespace relib::platform {

// Returns the bytes of a shared object without code or symbols that is linked
// as `links` says. Loading it maps these libraries, found by the system's own
// rules: LD_LIBRARY_PATH, the run path, the cache, the default directories.
std::string MakeLinkStub(const ElfLinks& links);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_DEPENDENCIES_LINK_STUB_H_
