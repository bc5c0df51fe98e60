// Has a static constructor that starts a thread and waits for it.

#include <thread>

namespace {

int value = [] {
  int result = 0;
  std::thread([&] { result = 42; }).join();
  return result;
}();

}  // namespace

extern "C" int Value() { return value; }
