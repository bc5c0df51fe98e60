#ifndef TOOLS_TOOLCHAINS_MSVC_INCLUDE_INTRIN_H_
#define TOOLS_TOOLCHAINS_MSVC_INCLUDE_INTRIN_H_

// In place of clang's own, which needs MSVC's headers: what we use of it.

extern "C" {
void* _ReturnAddress(void);
unsigned __int64 __readgsqword(unsigned long offset);
void __writegsqword(unsigned long offset, unsigned __int64 value);
}

#endif  // TOOLS_TOOLCHAINS_MSVC_INCLUDE_INTRIN_H_
