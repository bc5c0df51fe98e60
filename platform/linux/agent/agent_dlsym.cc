// dlsym() and dlvsym(). The linker redirects calls by name, so a function that
// a module looks up at run time would be called without its hook.

#include <dlfcn.h>
#include <string.h>

#include <algorithm>

#include "platform/linux/agent/wrapped_functions.h"

extern "C" {

void* __real_dlsym(void* library, const char* name);
void* __real_dlvsym(void* library, const char* name, const char* version);
}

namespace relib::platform {
namespace {

const WrappedFunction* FindWrapped(const char* name) {
  const WrappedFunction* end = kWrappedFunctions + kWrappedFunctionCount;
  const WrappedFunction* found =
      std::lower_bound(kWrappedFunctions, end, name,
                       [](const WrappedFunction& function, const char* wanted) {
                         return strcmp(function.name, wanted) < 0;
                       });
  return found != end && strcmp(found->name, name) == 0 ? found : nullptr;
}

// Returns the wrapper if `found` is the function that the module's calls of
// this name would reach without hooks: that of the C library, or one that the
// program has in its place. Another library may have a function of the same
// name, and so may an older version of the C library's interface.
void* WrapperOf(void* found, const char* name) {
  if (found == nullptr) return found;
  const WrappedFunction* wrapped = FindWrapped(name);
  if (wrapped == nullptr) return found;
  if (found != __real_dlsym(RTLD_DEFAULT, name) &&
      found != __real_dlsym(RTLD_NEXT, name)) {
    // Drops the error of a second lookup that failed.
    dlerror();
    return found;
  }
  return reinterpret_cast<void*>(wrapped->wrapper);
}

}  // namespace
}  // namespace relib::platform

extern "C" {

// With RTLD_NEXT, the C library searches what follows its caller, which is this
// module in any case.
void* __wrap_dlsym(void* library, const char* name);
void* __wrap_dlsym(void* library, const char* name) {
  return relib::platform::WrapperOf(__real_dlsym(library, name), name);
}

void* __wrap_dlvsym(void* library, const char* name, const char* version);
void* __wrap_dlvsym(void* library, const char* name, const char* version) {
  return relib::platform::WrapperOf(__real_dlvsym(library, name, version),
                                    name);
}

}  // extern "C"
