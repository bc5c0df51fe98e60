#ifndef PLATFORM_WINDOWS_AGENT_HEAP_C_LIBRARY_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_C_LIBRARY_H_

namespace relib::platform::internal {

// In a module: a function of the C library, past what the module has in its
// place. Ends the process if it has none of that name.
void (*FindCLibraryFunction(const char* name))();

template <typename Function>
Function* CLibraryFunction(const char* name) {
  return reinterpret_cast<Function*>(FindCLibraryFunction(name));
}

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_C_LIBRARY_H_
