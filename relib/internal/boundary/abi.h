#ifndef RELIB_INTERNAL_BOUNDARY_ABI_H_
#define RELIB_INTERNAL_BOUNDARY_ABI_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "platform/agent/agent.h"
#include "platform/throws/throw_observer.h"
#include "relib/internal/boundary/attributes.h"

// What a host and a module exchange in memory. Every change here counts
// kAbiVersion (build_info.h) up. Nothing here is thrown through.

namespace relib::internal {

// An error on its way across the boundary. Made and owned by the host,
// whichever side it began on; the module sees only pointers, through HostApi.
struct Failure;

// Where an exception was thrown, or Backtrace::Capture() called. Made and owned
// by the host, which counts the references.
struct Trace;

// A part of a trace, to be read only. The texts live as long as the trace and
// may be empty, not null.
struct TraceFrame {
  const char* function;
  const char* file;
  // The path of the image.
  const char* image;
  uintptr_t address;
  // Of the address, in the image.
  uintptr_t offset;
  int line;
  bool is_inlined;
};

// One exception of a chain, each the cause of the one before it.
struct FailurePart {
  const char* type;
  size_t type_size;
  const char* what;
  size_t what_size;
  // The exception object: its trace was recorded when it was thrown. Null: none
  // was.
  const void* exception;
};

// Of as many bits as a T.
template <typename T>
using BitsOf = std::conditional_t<
    sizeof(T) == 1, uint8_t,
    std::conditional_t<sizeof(T) == 2, uint16_t,
                       std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>>;

// What a call gives back when its result fits a register.
template <typename R>
struct Outcome {
  // In memory, a whole word is written, because GCC reads a whole one: if a
  // part of it has just been written, a processor waits until that has left its
  // store buffer. Six nanoseconds were measured, three times the call.
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

  // Meaningless when the call failed.
  Word word;
  // Null when the call succeeded; else the receiver owns it.
  Failure* failure;
};

// A function pointer of a type that only the signature tells.
using AnyFunction = void (*)();
using DestroyFunction = void (*)(void* result) noexcept;

// One entry of an exports struct: the layout of every relib::Export.
struct ExportSlot {
  AnyFunction invoke;
  // Destroys a result that was built in the caller's storage; null if trivial.
  DestroyFunction destroy;
  // Null in the module; the host's Gate in the host.
  const void* gate;
};

// One entry of an imports struct: the layout of every relib::Import.
struct ImportSlot {
  AnyFunction invoke;
  DestroyFunction destroy;
  // First argument of `invoke`.
  void* context;
  // Host side only: owns the context.
  void* owner;
};

// What the host does for a module. Every function is thread-safe.
struct HostApi {
  // Keeps copies. At least one part, which is the exception that was caught; to
  // be called on the thread that caught it, in its handler.
  Failure* (*make_failure)(const FailurePart* parts, size_t count) noexcept;
  const char* (*failure_type)(const Failure*) noexcept;
  // The text, and what is known of the causes.
  const char* (*failure_what)(const Failure*) noexcept;
  void (*free_failure)(Failure*) noexcept;
  // Frees it. Its trace becomes that of the exception that this thread throws
  // next.
  void (*throw_failure)(Failure*) noexcept;

  platform::ThrowObserver record_throw;

  // The stack of the calling thread, from the frame with this address on
  // (platform/host/stack_walker.h). With one reference.
  Trace* (*capture_trace)(uintptr_t caller) noexcept;
  void (*retain_trace)(Trace*) noexcept;
  void (*release_trace)(Trace*) noexcept;
  const TraceFrame* (*trace_frames)(Trace*, size_t* count) noexcept;
};

// A part of the manifest, as it lies in memory.
struct ManifestReference {
  const void* data;
  size_t size;
};

// Made by RELIB_EXPORTS, RELIB_IMPORTS, RELIB_MAIN and RELIB_BEFORE_UNLOAD; the
// library //relib:module_defaults holds an empty one for each that is left out.
struct ExportsTable {
  // `count` times an ExportSlot.
  const void* slots;
  size_t count;
  ManifestReference note;
};
struct ImportsTable {
  // `count` times an ImportSlot, to be filled by the host.
  void* slots;
  size_t count;
  ManifestReference note;
};
struct MainTable {
  // One ExportSlot, or null.
  const void* slot;
  ManifestReference note;
};
struct BeforeUnloadTable {
  // Null: the module has none.
  Failure* (*invoke)();
};

// Of relib/state/.
struct StatesTable;

// What the module's one exported symbol, relib_module, points to.
struct ModuleDescriptor {
  // Size of this struct; a second check next to the manifest's ABI version.
  size_t size;
  const ExportsTable* exports;
  const ImportsTable* imports;
  const MainTable* main;
  const BeforeUnloadTable* before_unload;
  const StatesTable* states;

  // Called once, after the imports are filled in and before anything else:
  // binds the agent and runs the static constructors. A failure is what one of
  // them threw; the module must then be unloaded.
  Failure* (*start)(const HostApi* host,
                    const platform::AgentBinding* binding) noexcept;
};

inline constexpr char kDescriptorSymbol[] = "relib_module";

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_ABI_H_
