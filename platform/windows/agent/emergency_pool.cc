// As on Linux (linux/emergency_pool.cc). Not a part of the agent: the reference
// to the pool brings it and the thread library along, and with them the handles
// that winpthreads keeps, into modules that have no use for either.

#include <cstdlib>

// NOLINTNEXTLINE(*-identifier-naming,bugprone-reserved-identifier): theirs.
namespace __gnu_cxx {
// Gives back what libstdc++ has allocated for itself, for tools that look for
// leaks.
void __freeres();  // NOLINT(bugprone-reserved-identifier)
}  // namespace __gnu_cxx

namespace {

// The smallest priority that is allowed: registered before all destructors, and
// so called after them.
[[gnu::constructor(101)]] void FreeEmergencyPoolAtExit() {
  std::atexit(__gnu_cxx::__freeres);
}

}  // namespace
