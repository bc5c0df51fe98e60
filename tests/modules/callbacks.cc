#include "tests/modules/callbacks.h"

#include <exception>
#include <thread>

#include "relib/module.h"

namespace callbacks {
namespace {

struct Life {
  Life() { relib::imports<Imports>().on_construct(); }
  ~Life() { relib::imports<Imports>().on_destroy(); }
};
const Life life;

int Run(int value) { return relib::imports<Imports>().on_run(value); }

int RunOnThread(int value) {
  int result = 0;
  std::exception_ptr exception;
  std::thread thread([&] {
    try {
      result = Run(value);
    } catch (...) {
      exception = std::current_exception();
    }
  });
  thread.join();
  if (exception != nullptr) std::rethrow_exception(exception);
  return result;
}

void StartThread(int value) {
  std::thread([value] { Run(value); }).detach();
}

void StartCalling(int value) {
  std::thread([value] {
    while (Run(value) != 0) {
    }
  }).detach();
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(Exports, .run = relib::implement<Run>,
              .run_on_thread = relib::implement<RunOnThread>,
              .start_thread = relib::implement<StartThread>,
              .start_calling = relib::implement<StartCalling>,
              .nothing = relib::implement<[] {}>);
RELIB_BEFORE_UNLOAD() { relib::imports<Imports>().on_before_unload(); }

}  // namespace callbacks
