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

// The smallest priority that is allowed: after all other destructors.
[[gnu::destructor(101)]] void FreeEmergencyPool() {
  if (__gnu_cxx::__freeres != nullptr) __gnu_cxx::__freeres();
}

}  // namespace
