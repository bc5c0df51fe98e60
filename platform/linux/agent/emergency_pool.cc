// The C++ runtime keeps a pool of 72 KB for exceptions that are thrown when
// there is no memory, and never frees it. A module has a runtime of its own,
// which goes with it, so the pool must go as well.

// NOLINTNEXTLINE(*-identifier-naming,bugprone-reserved-identifier): theirs.
namespace __gnu_cxx {
// Gives back what libstdc++ has allocated for itself for tools that look for
// leaks. Absent in a module that never throws, or has another C++ runtime.
[[gnu::weak]] void __freeres();  // NOLINT(bugprone-reserved-identifier)
}  // namespace __gnu_cxx

namespace {

// After all other destructors, but for the one that counts what is left.
[[gnu::destructor(102)]] void FreeEmergencyPool() {
  if (__gnu_cxx::__freeres != nullptr) __gnu_cxx::__freeres();
}

}  // namespace
