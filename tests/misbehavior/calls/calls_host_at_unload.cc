// Keeps a function of the host, and calls it during the unload: from
// before_unload, from the destructor of a thread_local object, and from the
// destructor of a static object.

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace relib::misbehavior {
namespace {

class CallsLater {
 public:
  explicit CallsLater(const char* from)
      : call_(&imports<Imports>().call), from_(from) {}
  ~CallsLater() { Call(); }
  void Call() const { static_cast<void>((*call_)(from_)); }

 private:
  const decltype(Imports::call)* call_;
  const char* from_;
};

const CallsLater kOfImage("static object");

int64_t Run(std::string_view) {
  thread_local const CallsLater of_thread("thread_local object");
  of_thread.Call();
  return 0;
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(Exports, .run = implement<Run>);
RELIB_BEFORE_UNLOAD() {
  static_cast<void>(imports<Imports>().call("before_unload"));
}

}  // namespace relib::misbehavior
