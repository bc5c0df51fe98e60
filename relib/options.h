#ifndef RELIB_OPTIONS_H_
#define RELIB_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "platform/host/heap_kinds.h"
#include "platform/host/leftover.h"
#include "relib/backtrace.h"

namespace relib {

namespace internal {
class AttachableState;
}

// Where malloc(), new and the like in a module allocate:
//   kModule  a heap of the module's own; Unload() reclaims what it leaks
//   kSystem  the heap of the C library, for valgrind, heaptrack and similar
//   kCustom  LoadOptions::allocator
// docs/heap.md compares them.
using Heap = platform::HeapKind;

// An allocator of the host, for Heap::kCustom. It is called on any thread,
// concurrently, until the module is unmapped, and must outlive the module.
struct Allocator {
  void* context = nullptr;
  // Returns `size` bytes, or null if there is no memory. `alignment` is a power
  // of two and at least 16. relib requests `alignment` bytes more than the
  // module does.
  void* (*allocate)(void* context, size_t size, size_t alignment) = nullptr;
  // Frees what allocate() returned; `memory` is never null.
  void (*free)(void* context, void* memory) = nullptr;
};

// A free() or realloc() by a module of memory that isn't a live block of its
// own.
struct BadFree {
  // kDoubleFree, kForeignBlock or kNotABlock.
  using Kind = platform::BadFreeKind;

  Kind kind = Kind::kNotABlock;
  const void* address = nullptr;
  // The path of the module that freed it.
  std::string module;
  // The path of the module that owns the block at or around `address`. Empty if
  // there is no such module.
  std::string owner;
  // The memory at `address`: "a block of 64 bytes", "8 bytes into a block of 64
  // bytes", "[stack]".
  std::string place;
  // The backtraces of this call, and, where known, of the allocation of the
  // block and of the call that freed it first.
  Backtrace call;
  Backtrace allocation;
  Backtrace first_free;

  // Returns a line that describes the error, followed by the backtraces.
  std::string ToString() const;
};

struct LoadOptions {
  // Loads a copy of the file, so that the original may be overwritten or
  // deleted while the module is loaded, and may be loaded again beside it. The
  // copy is in a private directory of this process and is deleted with the
  // module.
  bool private_copy = false;

  // Set to false for a module that stays loaded until the process ends and was
  // built with relib_module(unloading = False). It shares the C++ runtime and
  // the heap of the process, and its resources are not tracked. Everything but
  // Unload() works. Load() fails with LoadError::kIncompatible if host and
  // module disagree.
  bool unloading = true;

  // The heap of the module.
  Heap heap = Heap::kModule;
  // For Heap::kCustom, which requires both functions. Unload() doesn't free the
  // module's blocks in it. Once Unload() has succeeded, the allocator may drop
  // what the module leaked.
  Allocator allocator = {};

  // Checks every free() and realloc() of the module and suppresses bad ones.
  // For tests: a check costs microseconds, and some memory for every address
  // that the module ever allocated. Works with every heap.
  bool dealloc_validation = false;
  // Called for each bad free, on the thread that attempts it. It must neither
  // call nor unload the module. If empty, the process logs the bad free and
  // aborts.
  std::function<void(const BadFree&)> on_bad_free = {};

  // Fills UnloadReport::leaks. Costs as much as dealloc_validation.
  bool trace_leaks = false;

  // Catches crashes in calls: SIGSEGV, SIGBUS, SIGFPE, SIGILL, stack overflow
  // and abort(), and the corresponding exceptions of Windows. The call then
  // fails with CallError::kCrashed, and the process continues. The module is
  // poisoned: further calls are refused, and no code of it runs when it is
  // unloaded. A crash may leave locks locked and data inconsistent, including
  // data of the host that the module has access to; see docs/crash-guard.md.
  // Adds some nanoseconds to each call.
  bool crash_guard = false;

  // The states that the module may use. The elements are `&state` of a
  // relib::State (relib/state/state.h). A state belongs to one module at a time
  // and keeps its value when the module is unloaded. Load() fails with
  // LoadError::kState if the value can't be converted to the module's type.
  //
  // The element type is a base class of the StateBase in ReloadOptions::states,
  // so that a host without states doesn't depend on relib/state.
  std::vector<internal::AttachableState*> states = {};
};

struct UnloadOptions {
  // The total time to wait for calls in flight and for threads of the module.
  absl::Duration deadline = absl::Seconds(1);
};

// The resources of one kind that a module didn't release itself: `kind` ("open
// file"), `count`, `bytes`, and some of them by name in `items`. Unload()
// reclaims all of them except for "process state" and permanently replaced
// resources (docs/unloading.md).
using Leftover = platform::Leftover;

// Blocks that a module allocated in the same place and didn't free.
struct Leak {
  Backtrace allocation;
  uint64_t count = 0;
  // The sum of the sizes that the module requested.
  uint64_t bytes = 0;
};

// The result of an unload. It doesn't refer to the module. docs/unloading.md
// describes each field.
struct UnloadReport {
  // From the call of Unload() until the image was verified to be unmapped.
  absl::Duration elapsed;

  // One entry per kind, in the order in which they were reclaimed. Empty for a
  // module that released everything itself.
  std::vector<Leftover> leftovers = {};

  // Filled if LoadOptions::trace_leaks is set. One entry per call site, the
  // most bytes first. Only blocks in Heap::kModule are reclaimed; those are
  // also an entry of `leftovers`.
  std::vector<Leak> leaks = {};

  // Returns the entry of `kind`, or null if there is none. Valid as long as
  // this object.
  const Leftover* Find(std::string_view kind) const;

  // Returns a summary line, followed by a table of the leftovers and the leaks,
  // if any. Doesn't end in a newline.
  std::string ToString() const;
};

}  // namespace relib

#endif  // RELIB_OPTIONS_H_
