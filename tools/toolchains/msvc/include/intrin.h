#ifndef TOOLS_TOOLCHAINS_MSVC_INCLUDE_INTRIN_H_
#define TOOLS_TOOLCHAINS_MSVC_INCLUDE_INTRIN_H_

// Replaces clang's own header, which needs MSVC's headers: declares what we use
// of it.

extern "C" {
void* _ReturnAddress(void);
unsigned __int64 __readgsqword(unsigned long offset);
void __writegsqword(unsigned long offset, unsigned __int64 value);
}

#endif  // TOOLS_TOOLCHAINS_MSVC_INCLUDE_INTRIN_H_
