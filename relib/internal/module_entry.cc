#include "relib/internal/module_entry.h"

#include <cstdlib>

#include "platform/agent.h"
#include "relib/internal/abi.h"
#include "relib/internal/attributes.h"
#include "relib/internal/thunk.h"

#if defined(__GLIBCXX__)
// Frees the memory that libstdc++ keeps for exceptions when there is no other.
// The program's own copy may keep it until the end; each module has one.
namespace __gnu_cxx {  // NOLINT(bugprone-reserved-identifier)
void __freeres();      // NOLINT(bugprone-reserved-identifier)
}  // namespace __gnu_cxx
#endif

namespace relib::internal {
namespace {

constinit const HostApi* bound_host = nullptr;

// At the very end, when the destructors of static objects have run.
#if defined(__GLIBCXX__) && defined(__ELF__)
// By its place in .fini_array, because std::atexit() is the program's, and not
// the module's, where a sanitizer stands in for it.
[[gnu::destructor(101)]] void FreeRuntime() { __gnu_cxx::__freeres(); }
void FreeRuntimeLast() {}
#elif defined(__GLIBCXX__)
void FreeRuntimeLast() { std::atexit(__gnu_cxx::__freeres); }
#else
void FreeRuntimeLast() {}
#endif

Failure* Start(const HostApi* host,
               const platform::AgentBinding* binding) noexcept {
  bound_host = host;
  platform::BindAgent(binding);
  // Before the destructors of static objects are registered, so as to run last.
  FreeRuntimeLast();
  return Run<void>(nullptr, [] { platform::RunConstructors(); });
}

}  // namespace

const HostApi* BoundHost() { return bound_host; }

}  // namespace relib::internal

// The one symbol that a module exports.
extern "C" RELIB_INTERNAL_EXPORTED constinit const relib::internal::ModuleDescriptor
    relib_module = {
        .size = sizeof(relib::internal::ModuleDescriptor),
        .exports = &relib_internal_exports,
        .imports = &relib_internal_imports,
        .main = &relib_internal_main,
        .before_unload = &relib_internal_before_unload,
        .start = &relib::internal::Start,
};
