#ifndef TESTS_MISBEHAVIOR_HARNESS_MORTAL_H_
#define TESTS_MISBEHAVIOR_HARNESS_MORTAL_H_

#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace relib::misbehavior {

// A static object of a module. Its destructor takes 20 ms, so that callbacks
// have the time to run after it has begun.
class Mortal {
 public:
  Mortal() = default;
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;
  ~Mortal() {
    is_alive_ = false;
    usleep(20'000);
  }

  // Ends the program if the destructor has begun.
  void Use() const {
    if (!is_alive_) std::abort();
  }

 private:
  std::atomic<bool> is_alive_ = true;
};

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_MORTAL_H_
