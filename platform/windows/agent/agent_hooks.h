#ifndef PLATFORM_WINDOWS_AGENT_AGENT_HOOKS_H_
#define PLATFORM_WINDOWS_AGENT_AGENT_HOOKS_H_

// Linked into modules: helpers of the generated stubs (hook_stubs.cc).

#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#include <type_traits>

#include "platform/windows/agent/agent_binding.h"

#if defined(_MSC_VER)
#include <intrin.h>
#define RELIB_RETURN_ADDRESS() _ReturnAddress()
#else
#define RELIB_RETURN_ADDRESS() __builtin_return_address(0)
#endif

namespace relib::platform::internal {

// A hooked function: its replacement in the import table, and the variable from
// which the stub gets the real function.
struct Hook {
  const char* name;
  // Prefixes, in lower case, of the names of the libraries that have the
  // function. Ends with null.
  const char* const* libraries;
  void* replacement;
  void** real;
};

// Sorted by name.
extern const Hook kHooks[];
extern const size_t kHookCount;

// Returns null until the host has called BindAgent().
const AgentBinding* BoundAgent();

const Caller* CallerAt(const AgentBinding* binding, const void* return_address);

void Record(ResourceKind kind, uint64_t value, const void* return_address);
void Forget(ResourceKind kind, uint64_t value, const void* return_address);

class KeepLastError {
 public:
  KeepLastError() : error_(GetLastError()) {}
  ~KeepLastError() { SetLastError(error_); }
  KeepLastError(const KeepLastError&) = delete;
  KeepLastError& operator=(const KeepLastError&) = delete;

 private:
  const DWORD error_;
};

// Holds the process's lock for DbgHelp, which isn't thread-safe. Before the
// module is bound there is no lock: only DllMain() and callbacks of the loader
// run then.
class DbgHelpLock {
 public:
  DbgHelpLock() : binding_(BoundAgent()) {
    if (binding_ != nullptr) binding_->lock_dbghelp();
  }
  ~DbgHelpLock() {
    if (binding_ == nullptr) return;
    const KeepLastError keep;
    binding_->unlock_dbghelp();
  }
  DbgHelpLock(const DbgHelpLock&) = delete;
  DbgHelpLock& operator=(const DbgHelpLock&) = delete;

 private:
  const AgentBinding* const binding_;
};

template <typename T>
uint64_t ValueOf(T value) {
  if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<uintptr_t>(value);
  } else {
    return static_cast<uint64_t>(value);
  }
}

// All ones mean failure for every kind of function. Zero means failure for
// functions that return pointers or handles.
template <typename T>
bool HasFailed(T result) {
  if constexpr (sizeof(T) == sizeof(uint64_t)) {
    return ValueOf(result) + 1 <= 1;
  } else {
    return result == static_cast<T>(-1);
  }
}

template <typename T>
void RecordResult(ResourceKind kind, T result, const void* return_address) {
  if (HasFailed(result)) return;
  const KeepLastError keep;
  Record(kind, ValueOf(result), return_address);
}

template <typename T>
void ForgetArgument(ResourceKind kind, T value, const void* return_address) {
  Forget(kind, ValueOf(value), return_address);
}

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_AGENT_HOOKS_H_
