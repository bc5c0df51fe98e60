#include "bench/soak/leaks.h"

namespace relib::bench::soak {

// What a module takes from Windows and from its heap isn't given back yet
// (docs/unloading.md), so there is nothing to leave.
void LeakOfTheSystem() {}

}  // namespace relib::bench::soak
