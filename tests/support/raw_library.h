#ifndef TESTS_SUPPORT_RAW_LIBRARY_H_
#define TESTS_SUPPORT_RAW_LIBRARY_H_

#include <string>

// The system's own calls, for baselines and for what is not relib's doing:
// dlopen, dlsym and dlclose, or LoadLibraryW, GetProcAddress and FreeLibrary. A
// failure ends the program.

namespace relib {

void* RawOpen(const std::string& path);
void* RawSymbol(void* library, const char* name);
void RawClose(void* library);

// Whether the loader knows a library of this path.
bool RawIsLoaded(const std::string& path);

// "dlopen" and so on, for people.
extern const char kRawOpenName[];
extern const char kRawSymbolName[];
extern const char kRawCloseName[];

}  // namespace relib

#endif  // TESTS_SUPPORT_RAW_LIBRARY_H_
