// Constructs a thread_local object on the calling thread. Its destructor
// increments the integer of the host whose address is the argument.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

class Counted {
 public:
  ~Counted() {
    if (count_ != nullptr) ++*count_;
  }
  void Set(std::atomic<int>* count) { count_ = count; }

 private:
  std::atomic<int>* count_ = nullptr;
};

thread_local Counted counted;

int64_t Run(std::string_view argument) {
  counted.Set(reinterpret_cast<std::atomic<int>*>(
      std::stoull(std::string(argument), nullptr, 16)));
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
