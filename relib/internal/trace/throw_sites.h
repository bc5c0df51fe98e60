#ifndef RELIB_INTERNAL_TRACE_THROW_SITES_H_
#define RELIB_INTERNAL_TRACE_THROW_SITES_H_

#include <cstdint>
#include <vector>

// Where exceptions were thrown: kept from the throw to the handler at the
// boundary, in host and modules alike.

namespace relib::internal {

// For platform::ObserveThrows() in a module and in the host: walk the stack of
// the calling thread and remember its addresses by the address of the exception
// object. No memory is taken, no symbol looked up; an older throw is forgotten
// for it when 1,024 are known already.
//
// A throw in a module is followed until the call that came into the module:
// callers beyond that are still there when the exception has come so far, and
// one that is caught before doesn't pay for them.
void RecordModuleThrow(const void* exception, uintptr_t caller,
                       bool skip_caller) noexcept;
void RecordHostThrow(const void* exception, uintptr_t caller,
                     bool skip_caller) noexcept;

// The return addresses from the place where `exception` was thrown to the end
// of the stack: as recorded, and what is left of the calling thread's stack, if
// it is the same still. Zero: there were too many, and those that are left out
// stood here. Empty if nothing is known.
std::vector<uintptr_t> FindThrow(const void* exception);

// The stack of the calling thread from the frame with the address `caller` on.
std::vector<uintptr_t> CaptureStack(uintptr_t caller);

// The exception that this thread throws next was thrown in another form before:
// in these places.
void SubstituteNextThrow(const std::vector<uintptr_t>& addresses);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TRACE_THROW_SITES_H_
