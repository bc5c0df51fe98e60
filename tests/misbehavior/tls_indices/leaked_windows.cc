// Allocates two TLS indices, and frees one of them.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  const DWORD first = TlsAlloc();
  const DWORD second = TlsAlloc();
  if (first == TLS_OUT_OF_INDEXES || second == TLS_OUT_OF_INDEXES) return -1;
  return TlsFree(first) ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
