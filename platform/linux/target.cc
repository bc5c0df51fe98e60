#include "platform/target.h"

namespace relib::platform {

const System kTargetSystem = System::kLinux;

}  // namespace relib::platform
