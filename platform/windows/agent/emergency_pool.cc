// Frees the emergency pool of libstdc++, as
// platform/linux/agent/emergency_pool.cc does. It isn't a part of the agent:
// the reference to the pool links the pool and the thread library, with the
// handles that winpthreads keeps, into modules that need neither.

#include <cstdlib>

// NOLINTNEXTLINE(*-identifier-naming,bugprone-reserved-identifier): theirs.
namespace __gnu_cxx {
// Frees the memory that libstdc++ has allocated for itself; meant for leak
// checkers.
void __freeres();  // NOLINT(bugprone-reserved-identifier)
}  // namespace __gnu_cxx

namespace {

// The lowest priority that is allowed: the function is registered before all
// destructors, and so it is called after them.
[[gnu::constructor(101)]] void FreeEmergencyPoolAtExit() {
  std::atexit(__gnu_cxx::__freeres);
}

}  // namespace
