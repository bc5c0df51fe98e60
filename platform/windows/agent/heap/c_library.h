#ifndef PLATFORM_WINDOWS_AGENT_HEAP_C_LIBRARY_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_C_LIBRARY_H_

namespace relib::platform::internal {

// Returns a function of the C library, past the module's own definition of that
// name. Ends the process if there is none.
void (*FindCLibraryFunction(const char* name))();

template <typename Function>
Function* CLibraryFunction(const char* name) {
  return reinterpret_cast<Function*>(FindCLibraryFunction(name));
}

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_C_LIBRARY_H_
