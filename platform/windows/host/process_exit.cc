#include "platform/host/process_exit.h"

namespace relib::platform {

void BeforeModulesExit(void (* /*function*/)()) {}

bool ModulesExit() { return false; }

}  // namespace relib::platform
