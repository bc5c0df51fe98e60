#include "platform/stack_walker.h"

#include <windows.h>

#include <cstdint>

namespace relib::platform {

// By the unwind tables of the images, and not by CaptureStackBackTrace(): that
// tells no stack pointers, and on Wine it goes on behind the last frame.
void WalkStack(bool (*visit)(void* context, const StackFrame& frame),
               void* context) {
  ULONG_PTR lowest, highest;
  GetCurrentThreadStackLimits(&lowest, &highest);
  CONTEXT registers;
  RtlCaptureContext(&registers);
  while (registers.Rip != 0 && registers.Rsp >= lowest &&
         registers.Rsp < highest) {
    if (!visit(context, {.address = static_cast<uintptr_t>(registers.Rip),
                         .stack = static_cast<uintptr_t>(registers.Rsp)})) {
      return;
    }
    DWORD64 image;
    // The call, and not what follows it: that may be another function.
    RUNTIME_FUNCTION* function =
        RtlLookupFunctionEntry(registers.Rip - 1, &image, nullptr);
    // Only a function that calls nothing has no entry, and every frame here
    // is in a call.
    if (function == nullptr) return;
    void* handler_data;
    DWORD64 frame;
    RtlVirtualUnwind(UNW_FLAG_NHANDLER, image, registers.Rip, function,
                     &registers, &handler_data, &frame, nullptr);
  }
}

AddressRange ImageAt(uintptr_t address) {
  void* image = nullptr;
  if (RtlPcToFileHeader(reinterpret_cast<void*>(address), &image) == nullptr) {
    return {};
  }
  const auto begin = reinterpret_cast<uintptr_t>(image);
  const auto* headers = reinterpret_cast<const IMAGE_NT_HEADERS*>(
      begin + reinterpret_cast<const IMAGE_DOS_HEADER*>(image)->e_lfanew);
  return {.begin = begin, .end = begin + headers->OptionalHeader.SizeOfImage};
}

AddressRange CLibraryImage() {
  static const AddressRange image =
      ImageAt(reinterpret_cast<uintptr_t>(GetModuleHandleW(L"msvcrt.dll")));
  return image;
}

}  // namespace relib::platform
