#ifndef PLATFORM_WINDOWS_MSVC_INTRIN_H_
#define PLATFORM_WINDOWS_MSVC_INTRIN_H_

// In place of clang's own, which needs MSVC's headers.
extern "C" void* _ReturnAddress(void);

#endif  // PLATFORM_WINDOWS_MSVC_INTRIN_H_
