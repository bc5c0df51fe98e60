#include <windows.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/log/check.h"
#include "bench/soak/counters.h"
#include "tests/support/process_use.h"

namespace relib::bench::soak {
namespace {

// The lowest numbers that are free: they are given out in order.
int64_t NextTlsIndex() {
  const DWORD index = TlsAlloc();
  CHECK(index != TLS_OUT_OF_INDEXES);
  TlsFree(index);
  return index;
}
int64_t NextFlsIndex() {
  const DWORD index = FlsAlloc(nullptr);
  CHECK(index != FLS_OUT_OF_INDEXES);
  FlsFree(index);
  return index;
}

}  // namespace

std::vector<Counter> ReadCounters(const std::string& /*module*/) {
  const ProcessUse use = CurrentProcessUse();
  return {
      {"memory (KiB)", use.bytes / 1024, 1024},
      {"mappings", use.mappings, 64},
      // The host's threads make some when they first wait for one another.
      {"handles", use.handles, 4},
      // One that is detached may be on its way out.
      {"threads", use.threads, 1},
      {"TLS indices", NextTlsIndex(), 0},
      {"FLS indices", NextFlsIndex(), 0},
  };
}

}  // namespace relib::bench::soak
