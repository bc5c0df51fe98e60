#ifndef RELIB_INTERNAL_TRACE_THROW_SITES_H_
#define RELIB_INTERNAL_TRACE_THROW_SITES_H_

#include <cstdint>
#include <vector>

// The stacks of throws, in the host and in modules, kept until the handler at
// the boundary asks for them.

namespace relib::internal {

// Observers for platform::ObserveThrows() in a module and in the host. They
// walk the stack of the calling thread and store its addresses under the
// address of the exception object. They allocate no memory and look up no
// symbols. The newest 1,024 throws are kept.
//
// For a throw in a module, the walk stops at the call that entered the module:
// its callers are still on the stack when the exception gets there, and an
// exception that is caught in the module doesn't pay for them.
void RecordModuleThrow(const void* exception, uintptr_t caller,
                       bool skip_caller) noexcept;
void RecordHostThrow(const void* exception, uintptr_t caller,
                     bool skip_caller) noexcept;

// Returns the return addresses from the throw of `exception` to the end of the
// stack: those recorded, followed by the rest of the calling thread's stack if
// that is still the same. A zero stands for addresses that were omitted because
// there were too many. Returns an empty vector if the throw isn't known.
std::vector<uintptr_t> FindThrow(const void* exception);

// Returns the stack of the calling thread from the frame with the address
// `caller` on.
std::vector<uintptr_t> CaptureStack(uintptr_t caller);

// Makes `addresses` the stack of the exception that this thread throws next,
// because that exception replaces one that was thrown there.
void SubstituteNextThrow(const std::vector<uintptr_t>& addresses);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TRACE_THROW_SITES_H_
