// A thread_local object with a destructor.

namespace {

int* destroyed = nullptr;

struct Local {
  ~Local() {
    // Its own memory has to be there still.
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
