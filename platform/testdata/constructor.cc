// A static constructor that starts a thread, waits for it, and throws if it is
// told so by the environment.

#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace {

int value = [] {
  int result = 0;
  std::thread([&] { result = 42; }).join();
  if (std::getenv("TEST_CONSTRUCTOR_THROWS") != nullptr) {
    throw std::runtime_error("thrown by a static constructor");
  }
  return result;
}();

}  // namespace

extern "C" int Value() { return value; }
