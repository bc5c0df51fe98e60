// The C++ runtime keeps a pool of 72 KB for exceptions that are thrown when
// there is no memory, and never frees it. A module has its own runtime, so the
// pool has to be freed at unload.

// NOLINTNEXTLINE(*-identifier-naming,bugprone-reserved-identifier): theirs.
namespace __gnu_cxx {
// Frees libstdc++'s internal allocations; meant for leak checkers. Null in a
// module that never throws or has another C++ runtime.
[[gnu::weak]] void __freeres();  // NOLINT(bugprone-reserved-identifier)
}  // namespace __gnu_cxx

namespace {

// Runs after all other destructors except the one that counts the remaining
// blocks.
[[gnu::destructor(102)]] void FreeEmergencyPool() {
  if (__gnu_cxx::__freeres != nullptr) __gnu_cxx::__freeres();
}

}  // namespace
