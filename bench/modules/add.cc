#include "bench/modules/add.h"

namespace relib::bench {

int AddElsewhere(int a, int b) { return Add(a, b); }

}  // namespace relib::bench
