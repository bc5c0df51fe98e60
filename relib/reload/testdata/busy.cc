// Has a thread that runs, and prevents an unload, until the host ends it.

#include <chrono>
#include <thread>

#include "relib/module.h"
#include "relib/reload/testdata/versioned.h"

namespace {

struct Worker {
  Worker() {
    std::thread([] {
      while (relib::imports<VersionedImports>().keep_running()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }).detach();
  }
};

const Worker worker;

}  // namespace

RELIB_IMPORTS(VersionedImports);
RELIB_EXPORTS(VersionedExports, .number = relib::implement<[] { return 7; }>);
