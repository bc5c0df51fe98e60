#include "platform/thread_id.h"

#include <unistd.h>

#include <cstdint>

namespace relib::platform {

uint64_t CurrentThreadId() { return static_cast<uint64_t>(gettid()); }

}  // namespace relib::platform
