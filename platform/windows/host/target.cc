#include "platform/host/target.h"

namespace relib::platform {

const System kTargetSystem = System::kWindows;

}  // namespace relib::platform
