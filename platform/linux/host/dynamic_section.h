#ifndef PLATFORM_LINUX_HOST_DYNAMIC_SECTION_H_
#define PLATFORM_LINUX_HOST_DYNAMIC_SECTION_H_

#include <elf.h>
#include <link.h>

#include <cstdint>

namespace relib::platform {

// Calls function(const char* name) for each library that a loaded image is
// linked against (DT_NEEDED). `base` is the load address of the image, and
// `dynamic` its dynamic section.
template <typename Function>
void ForEachNeeded(uintptr_t base, const ElfW(Dyn) * dynamic,
                   Function function) {
  uintptr_t strings = 0;
  for (const ElfW(Dyn)* entry = dynamic; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_STRTAB) strings = entry->d_un.d_ptr;
  }
  // The loader has made this address absolute, except in the vDSO, which needs
  // no libraries.
  if (strings == 0 || strings < base) return;
  for (const ElfW(Dyn)* entry = dynamic; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_NEEDED) {
      function(reinterpret_cast<const char*>(strings + entry->d_un.d_val));
    }
  }
}

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_DYNAMIC_SECTION_H_
