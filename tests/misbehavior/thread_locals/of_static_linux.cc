// Has a static object whose destructor constructs a thread_local object, the
// destructor of which increments the integer of the host whose address is the
// argument.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

struct Counted {
  std::atomic<int>* count = nullptr;
  ~Counted() { ++*count; }
};

struct UsesThreadLocal {
  std::atomic<int>* count = nullptr;
  ~UsesThreadLocal() {
    if (count == nullptr) return;
    static thread_local Counted counted;
    counted.count = count;
  }
};
UsesThreadLocal uses_thread_local;

int64_t Run(std::string_view argument) {
  uses_thread_local.count = reinterpret_cast<std::atomic<int>*>(
      std::stoull(std::string(argument), nullptr, 16));
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
