// The entry point of a module. The loader calls it after all TLS callbacks, so
// it runs the last code of a thread and of the image.

#include <windows.h>

#include "platform/windows/agent/agent_internal.h"
#include "platform/windows/agent/heap/agent_memory.h"

extern "C" {

// The entry point of the C runtime. Runs the static destructors.
BOOL WINAPI DllMainCRTStartup(HINSTANCE image, DWORD reason, void* reserved);

BOOL WINAPI relib_entry(HINSTANCE image, DWORD reason, void* reserved) {
  const bool is_skipped = reason == DLL_PROCESS_DETACH &&
                          relib::platform::internal::DestructorsAreSkipped();
  const BOOL result =
      is_skipped ? TRUE : DllMainCRTStartup(image, reason, reserved);
  if (reason == DLL_THREAD_DETACH) {
    relib::platform::internal::LeaveMemoryOfThread();
  } else if (reason == DLL_PROCESS_DETACH && reserved == nullptr) {
    // Skipped when the process ends, because threads may have been stopped
    // anywhere.
    relib::platform::internal::LeaveImage();
  }
  return result;
}

}  // extern "C"
