#ifndef RELIB_INTERNAL_BOUNDARY_ABI_H_
#define RELIB_INTERNAL_BOUNDARY_ABI_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "platform/agent/agent.h"
#include "platform/throws/throw_observer.h"
#include "relib/internal/boundary/attributes.h"

// The data structures that a host and a module exchange in memory. Every change
// here increments kAbiVersion (build_info.h). None of the functions throws.

namespace relib::internal {

// An error on its way across the boundary. The host allocates and owns it,
// whichever side it comes from; the module has only pointers, and uses them
// through HostApi.
struct Failure;

// A backtrace: where an exception was thrown, or Backtrace::Capture() called.
// Allocated by the host, with a reference count.
struct Trace;

// A frame of a trace. The texts live as long as the trace; they may be empty,
// but not null.
struct TraceFrame {
  const char* function;
  const char* file;
  // The path of the image.
  const char* image;
  uintptr_t address;
  // The offset of `address` from the beginning of the image.
  uintptr_t offset;
  int line;
  bool is_inlined;
};

// One exception of a chain, in which each exception is the cause of the
// previous one.
struct FailurePart {
  const char* type;
  size_t type_size;
  const char* what;
  size_t what_size;
  // The exception object, whose trace was recorded when it was thrown. Null if
  // there is no trace.
  const void* exception;
};

// The unsigned integer type with the size of T.
template <typename T>
using BitsOf = std::conditional_t<
    sizeof(T) == 1, uint8_t,
    std::conditional_t<sizeof(T) == 2, uint16_t,
                       std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>>;

// The return value of a thunk if the result fits in a register.
template <typename R>
struct Outcome {
  // If the struct is returned in memory, the callee writes a whole word,
  // because GCC reads a whole one. If only a part had just been written, the
  // load would stall until the store has left the store buffer: 6 ns were
  // measured, three times as much as the call.
  static constexpr bool kIsWidened =
      !RELIB_INTERNAL_RETURNS_PAIRS_IN_REGISTERS &&
      !std::is_same_v<BitsOf<R>, uint64_t>;
  using Word = std::conditional_t<kIsWidened, uint64_t, R>;

  static constexpr Outcome Of(R value) {
    if constexpr (kIsWidened) {
      return {std::bit_cast<BitsOf<R>>(value), nullptr};
    } else {
      return {value, nullptr};
    }
  }
  static constexpr Outcome OfFailure(Failure* failure) {
    return {Word(), failure};
  }

  constexpr R value() const {
    if constexpr (kIsWidened) {
      return std::bit_cast<R>(static_cast<BitsOf<R>>(word));
    } else {
      return word;
    }
  }

  // Undefined if the call failed.
  Word word;
  // Null if the call succeeded. Otherwise owned by the receiver.
  Failure* failure;
};

// A pointer to a function whose type depends on the signature.
using AnyFunction = void (*)();
using DestroyFunction = void (*)(void* result) noexcept;

// The layout of every relib::Export: an entry of an exports struct.
struct ExportSlot {
  AnyFunction invoke;
  // Destroys a result that was constructed in the caller's storage. Null if
  // that is trivial.
  DestroyFunction destroy;
  // The ModuleGate in the host, and null in the module.
  const void* gate;
};

// The layout of every relib::Import: an entry of an imports struct.
struct ImportSlot {
  AnyFunction invoke;
  DestroyFunction destroy;
  // The first argument of `invoke`.
  void* context;
  // In the host, the ImportTarget that owns the context; null in the module.
  void* owner;
};

// The functions of the host that a module calls. All are thread-safe.
struct HostApi {
  // Returns a failure with copies of the texts. The first part is the exception
  // that was caught; there must be at least one. Must be called in the handler,
  // on the thread that caught it.
  Failure* (*make_failure)(const FailurePart* parts, size_t count) noexcept;
  const char* (*failure_type)(const Failure*) noexcept;
  // The message, followed by the descriptions of the causes.
  const char* (*failure_what)(const Failure*) noexcept;
  void (*free_failure)(Failure*) noexcept;
  // Frees the failure. Its trace becomes the trace of the exception that this
  // thread throws next.
  void (*throw_failure)(Failure*) noexcept;

  platform::ThrowObserver record_throw;

  // Returns the stack of the calling thread, from the frame with the address
  // `caller` on (platform/host/stack_walker.h), with one reference.
  Trace* (*capture_trace)(uintptr_t caller) noexcept;
  void (*retain_trace)(Trace*) noexcept;
  void (*release_trace)(Trace*) noexcept;
  const TraceFrame* (*trace_frames)(Trace*, size_t* count) noexcept;
};

// A part of the manifest in the module's memory. Null if the module has no such
// part.
struct ManifestReference {
  const void* data;
  size_t size;
};

// The tables that RELIB_EXPORTS, RELIB_IMPORTS, RELIB_MAIN and
// RELIB_BEFORE_UNLOAD define. //relib/internal/module:module_defaults contains
// an empty one for each macro that a module doesn't use.
struct ExportsTable {
  // An array of `count` ExportSlots.
  const void* slots;
  size_t count;
  ManifestReference note;
};
struct ImportsTable {
  // An array of `count` ImportSlots, which the host fills.
  void* slots;
  size_t count;
  ManifestReference note;
};
struct MainTable {
  // An ExportSlot, or null if the module has no main.
  const void* slot;
  ManifestReference note;
};
struct BeforeUnloadTable {
  // Null if the module has no before_unload.
  Failure* (*invoke)();
};

// Defined in state_abi.h.
struct StatesTable;

// The type of `relib_module`, the only symbol that a module exports.
struct ModuleDescriptor {
  // The size of this struct: a second check besides the ABI version of the
  // manifest.
  size_t size;
  const ExportsTable* exports;
  const ImportsTable* imports;
  const MainTable* main;
  const BeforeUnloadTable* before_unload;
  const StatesTable* states;

  // Binds the agent and runs the static constructors. Called once, after the
  // imports are filled in and before any other function of the module. Returns
  // the exception of a constructor as a failure; the module must then be
  // unloaded.
  Failure* (*start)(const HostApi* host,
                    const platform::AgentBinding* binding) noexcept;
};

inline constexpr char kDescriptorSymbol[] = "relib_module";

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_ABI_H_
