// Has a thread_local object with a destructor.

namespace {

int* destroyed = nullptr;

struct Local {
  ~Local() {
    // Verifies that the object's own memory is still there.
    if (destroyed != nullptr && value == 7) ++*destroyed;
  }
  int value = 7;
};

thread_local Local local;

}  // namespace

extern "C" int UseLocal(int* counter) {
  destroyed = counter;
  return local.value;
}

extern "C" void* AddressOfLocal() { return &local; }
