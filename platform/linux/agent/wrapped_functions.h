#ifndef PLATFORM_LINUX_AGENT_WRAPPED_FUNCTIONS_H_
#define PLATFORM_LINUX_AGENT_WRAPPED_FUNCTIONS_H_

#include <cstddef>

namespace relib::platform {

// A function of the C library, and the one that the linker redirects its calls
// to.
struct WrappedFunction {
  const char* name;
  void (*wrapper)();
};

// Sorted by name. The linker drops the table from modules that look no function
// up, and with it the hooks that they do not use.
extern const WrappedFunction kWrappedFunctions[];
extern const size_t kWrappedFunctionCount;

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_AGENT_WRAPPED_FUNCTIONS_H_
