// Constructs a thread_local object on the calling thread, whose destructor
// constructs another one. Each destructor increments the integer of the host
// whose address is the argument.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

struct Inner {
  std::atomic<int>* count = nullptr;
  ~Inner() { ++*count; }
};

struct Outer {
  std::atomic<int>* count = nullptr;
  ~Outer() {
    static thread_local Inner inner;
    inner.count = count;
    ++*count;
  }
};

int64_t Run(std::string_view argument) {
  static thread_local Outer outer;
  outer.count = reinterpret_cast<std::atomic<int>*>(
      std::stoull(std::string(argument), nullptr, 16));
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
