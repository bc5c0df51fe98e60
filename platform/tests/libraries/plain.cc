// Has a function and a global object, and no misbehavior.

namespace {

int* destroyed = nullptr;

struct Global {
  Global() { constructed = 1; }
  ~Global() {
    if (destroyed != nullptr) ++*destroyed;
  }
  int constructed = 0;
};

Global global;

}  // namespace

extern "C" int Add(int a, int b) { return a + b; }

extern "C" int Constructed() { return global.constructed; }

extern "C" void CountDestruction(int* counter) { destroyed = counter; }
