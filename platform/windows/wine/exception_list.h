#ifndef PLATFORM_WINDOWS_WINE_EXCEPTION_LIST_H_
#define PLATFORM_WINDOWS_WINE_EXCEPTION_LIST_H_

#include <windows.h>

#include "platform/windows/system/thread_block.h"

namespace relib::platform {

// The list of exception handlers of the calling thread. Wine's own libraries
// link their handlers into it, in frames on the stack, so code that jumps out
// of such frames restores the list. 64-bit Windows finds handlers by the unwind
// tables and does not use the list.
inline void*& WineExceptionList() {
  return *reinterpret_cast<void**>(
      &static_cast<NT_TIB*>(CurrentThreadBlock())->ExceptionList);
}

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_EXCEPTION_LIST_H_
