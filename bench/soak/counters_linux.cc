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

// Returns the lowest free key: the system hands keys out in order.
int64_t NextKey() {
  pthread_key_t key;
  CHECK_EQ(pthread_key_create(&key, nullptr), 0);
  pthread_key_delete(key);
  return key;
}

// Returns the number of the module's TLS block. Each thread has one block per
// library.
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
      // A detached thread may not have ended yet.
      {"threads", use.threads, 1},
      {"thread keys", NextKey(), 0},
      {"TLS blocks", TlsBlock(module), 0},
  };
}

}  // namespace relib::bench::soak
