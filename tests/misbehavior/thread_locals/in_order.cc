// Constructs up to three thread_local objects on the calling thread. The
// argument is the address of an integer of the host, a blank, and the order of
// construction, such as "312". Each destructor appends the digit of its object
// to the integer.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

class Object {
 public:
  Object(std::atomic<int>* order, int digit) : order_(order), digit_(digit) {}
  ~Object() { *order_ = *order_ * 10 + digit_; }

 private:
  std::atomic<int>* order_;
  int digit_;
};

// Constructs the object of this instance on the first call on a thread.
template <int digit>
void Construct(std::atomic<int>* order) {
  static thread_local const Object object(order, digit);
}

int64_t Run(std::string_view argument) {
  size_t end = 0;
  auto* order = reinterpret_cast<std::atomic<int>*>(
      std::stoull(std::string(argument), &end, 16));
  for (const char digit : argument.substr(end + 1)) {
    if (digit == '1') Construct<1>(order);
    if (digit == '2') Construct<2>(order);
    if (digit == '3') Construct<3>(order);
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
