#include <windows.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/log/check.h"
#include "bench/soak/counters.h"
#include "tests/support/process_use.h"

namespace relib::bench::soak {
namespace {

// Returns the lowest free index: the system hands indices out in order.
int64_t NextTlsIndex() {
  const DWORD index = TlsAlloc();
  CHECK(index != TLS_OUT_OF_INDEXES);
  TlsFree(index);
  return index;
}

// Returns the lowest free index, likewise.
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
      // The first wait of a host thread for another one creates handles.
      {"handles", use.handles, 4},
      // A detached thread may not have ended yet.
      {"threads", use.threads, 1},
      {"TLS indices", NextTlsIndex(), 0},
      {"FLS indices", NextFlsIndex(), 0},
  };
}

}  // namespace relib::bench::soak
