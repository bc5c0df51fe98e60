#include "platform/host/stack_walker.h"

#include <windows.h>

#include <cstdint>

#include "platform/windows/system/frame_walk.h"
#include "platform/windows/system/mapped_image.h"

namespace relib::platform {

// Uses the unwind tables of the images. CaptureStackBackTrace() reports no
// stack pointers, and on Wine it continues past the last frame.
void WalkStack(bool (*visit)(void* context, const StackFrame& frame),
               void* context) {
  ULONG_PTR lowest, highest;
  GetCurrentThreadStackLimits(&lowest, &highest);
  CONTEXT registers;
  RtlCaptureContext(&registers);
  WalkFrames(registers, Interrupted::kInCall, [&](const StackFrame& frame) {
    return frame.stack >= lowest && frame.stack < highest &&
           visit(context, frame);
  });
}

AddressRange ImageAt(uintptr_t address) {
  void* image = nullptr;
  if (RtlPcToFileHeader(reinterpret_cast<void*>(address), &image) == nullptr) {
    return {};
  }
  const auto begin = reinterpret_cast<uintptr_t>(image);
  return {.begin = begin,
          .end = begin + ImageHeaders(begin).OptionalHeader.SizeOfImage};
}

AddressRange CLibraryImage() {
  static const AddressRange image =
      ImageAt(reinterpret_cast<uintptr_t>(GetModuleHandleW(L"msvcrt.dll")));
  return image;
}

}  // namespace relib::platform
