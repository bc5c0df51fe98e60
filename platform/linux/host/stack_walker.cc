#include "platform/host/stack_walker.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <unwind.h>

#include <cstdint>

namespace relib::platform {
namespace {

struct Walk {
  bool (*visit)(void* context, const StackFrame& frame);
  void* context;
};

_Unwind_Reason_Code Visit(_Unwind_Context* frame, void* argument) {
  const auto* walk = static_cast<const Walk*>(argument);
  // Set for a frame that was interrupted by a signal, and so is not in a call.
  int is_before_instruction = 0;
  uintptr_t address = _Unwind_GetIPInfo(frame, &is_before_instruction);
  if (address == 0) return _URC_END_OF_STACK;
  if (is_before_instruction != 0) ++address;
  return walk->visit(walk->context,
                     {.address = address, .stack = _Unwind_GetCFA(frame)})
             ? _URC_NO_REASON
             : _URC_END_OF_STACK;
}

}  // namespace

void WalkStack(bool (*visit)(void* context, const StackFrame& frame),
               void* context) {
  Walk walk = {.visit = visit, .context = context};
  _Unwind_Backtrace(Visit, &walk);
}

AddressRange ImageAt(uintptr_t address) {
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return {};
  return {.begin = reinterpret_cast<uintptr_t>(found.dlfo_map_start),
          .end = reinterpret_cast<uintptr_t>(found.dlfo_map_end)};
}

AddressRange CLibraryImage() {
  // A function that no sanitizer replaces.
  static const AddressRange image =
      ImageAt(reinterpret_cast<uintptr_t>(&gnu_get_libc_version));
  return image;
}

}  // namespace relib::platform
