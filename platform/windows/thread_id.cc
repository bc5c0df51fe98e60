#include "platform/thread_id.h"

#include <windows.h>

namespace relib::platform {

uint64_t CurrentThreadId() { return GetCurrentThreadId(); }

}  // namespace relib::platform
