#include <dlfcn.h>
#include <pthread.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/log/check.h"
#include "bench/soak/counters.h"
#include "tests/support/process_use.h"

namespace relib::bench::soak {
namespace {

// The lowest number that is free: keys are given out in order.
int64_t NextKey() {
  pthread_key_t key;
  CHECK_EQ(pthread_key_create(&key, nullptr), 0);
  pthread_key_delete(key);
  return key;
}

// Which of the blocks that each thread has for its libraries is the module's.
int64_t TlsBlock(const std::string& module) {
  void* handle = dlopen(module.c_str(), RTLD_NOLOAD | RTLD_LAZY);
  CHECK(handle != nullptr) << dlerror();
  size_t number = 0;
  CHECK_EQ(dlinfo(handle, RTLD_DI_TLS_MODID, &number), 0);
  dlclose(handle);
  return static_cast<int64_t>(number);
}

}  // namespace

std::vector<Counter> ReadCounters(const std::string& module) {
  const ProcessUse use = CurrentProcessUse();
  return {
      {"memory (KiB)", use.bytes / 1024, 512},
      {"mappings", use.mappings, 8},
      {"descriptors", use.handles, 0},
      // One that is detached may be on its way out.
      {"threads", use.threads, 1},
      {"thread keys", NextKey(), 0},
      {"TLS blocks", TlsBlock(module), 0},
  };
}

}  // namespace relib::bench::soak
