#ifndef TESTS_SUPPORT_RAW_LIBRARY_H_
#define TESTS_SUPPORT_RAW_LIBRARY_H_

#include <string>

// Calls the system's loader directly, for baselines and for libraries that
// relib doesn't manage: dlopen, dlsym and dlclose, or LoadLibraryW,
// GetProcAddress and FreeLibrary. A failure ends the program.

namespace relib {

void* RawOpen(const std::string& path);
void* RawSymbol(void* library, const char* name);
void RawClose(void* library);

// Returns whether a library with this path is loaded.
bool RawIsLoaded(const std::string& path);

// The names of the functions, such as "dlopen", for messages.
extern const char kRawOpenName[];
extern const char kRawSymbolName[];
extern const char kRawCloseName[];

}  // namespace relib

#endif  // TESTS_SUPPORT_RAW_LIBRARY_H_
