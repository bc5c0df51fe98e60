#include "platform/host/target.h"

namespace relib::platform {

const System kTargetSystem = System::kLinux;

}  // namespace relib::platform
