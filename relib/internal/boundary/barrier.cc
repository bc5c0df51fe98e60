#include "relib/internal/boundary/thunk.h"

#if !defined(__cpp_exceptions)
#error "Compile this with exceptions, whatever the rest is compiled with."
#endif

namespace relib::internal {

void CallBehindBarrier(void (*body)(void* argument), void* argument) noexcept {
  body(argument);
}

}  // namespace relib::internal
