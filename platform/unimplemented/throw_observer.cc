#include "platform/throws/throw_observer.h"

namespace relib::platform {

// Exceptions have no backtraces.
void ObserveThrows(ThrowObserver /*observer*/) {}

}  // namespace relib::platform
