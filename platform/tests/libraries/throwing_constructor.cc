// Has a static constructor that throws, after one that does not.

#include <stdexcept>

namespace {

int* destroyed = nullptr;

struct Global {
  ~Global() {
    if (destroyed != nullptr) ++*destroyed;
  }
};

Global global;
int value = []() -> int { throw std::runtime_error("by a constructor"); }();

}  // namespace

extern "C" int Value() { return value; }

extern "C" void CountDestruction(int* counter) { destroyed = counter; }
