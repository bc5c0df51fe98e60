#ifndef BENCH_RAW_LIBRARY_H_
#define BENCH_RAW_LIBRARY_H_

#include <string>

// The system's own calls, for baselines: dlopen, dlsym and dlclose, or
// LoadLibraryW, GetProcAddress and FreeLibrary. A failure ends the program.

namespace relib::bench {

void* RawOpen(const std::string& path);
void* RawSymbol(void* library, const char* name);
void RawClose(void* library);

// "dlopen" and so on, for people.
extern const char kRawOpenName[];
extern const char kRawSymbolName[];
extern const char kRawCloseName[];

}  // namespace relib::bench

#endif  // BENCH_RAW_LIBRARY_H_
