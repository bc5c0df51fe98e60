#ifndef RELIB_OPTIONS_H_
#define RELIB_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "relib/backtrace.h"

namespace relib {

class StateBase;

// Where malloc(), new and their like in a module take memory from; docs/heap.md
// says more. With a sanitizer, new and delete are always the sanitizer's.
enum class Heap {
  // One of its own, which goes with it: what it leaks is given back.
  kModule,
  // The C library's, as without relib: leaks stay leaks. For valgrind,
  // heaptrack and the like, which look for calls of malloc(). With a sanitizer
  // kModule means the same.
  kSystem,
  // LoadOptions::allocator.
  kCustom,
};

// An allocator of the host. Called on any thread, at any time from the load
// until the image is gone: it must outlive the module.
struct Allocator {
  void* context = nullptr;
  // `alignment` is a power of two, 16 or more. Null when there is no memory.
  // relib adds `alignment` bytes to what the module asks for.
  void* (*allocate)(void* context, size_t size, size_t alignment) = nullptr;
  // Gets what allocate() returned; never null.
  void (*free)(void* context, void* memory) = nullptr;
};

// A module has freed, or resized, what isn't a live block of its own.
struct BadFree {
  enum class Kind {
    // Of a block that it has freed before.
    kDoubleFree,
    // Of a block of another module, or of memory of the host's or the C
    // library's heap.
    kForeignBlock,
    // Of an address that is no block: inside of one, on a stack, in a library,
    // in nothing.
    kNotABlock,
  };

  Kind kind = Kind::kNotABlock;
  const void* address = nullptr;
  // The path of the module that freed it.
  std::string module;
  // The path of the module whose block it is, or lies in; empty if that isn't
  // known to be one's.
  std::string owner;
  // What is there: "a block of 64 bytes", "8 bytes into a block of 64 bytes",
  // "[stack]".
  std::string place;
  // The call, and where known those that allocated the block and that freed it
  // before.
  Backtrace call;
  Backtrace allocation;
  Backtrace first_free;

  // A line that says who freed what of whom, and the backtraces.
  std::string ToString() const;
};

struct LoadOptions {
  // Loads a copy of the file, so that the original can be overwritten or
  // deleted while the module runs, and loaded again beside this one. The copy
  // lies in a directory of this process that nobody else can read, and goes
  // with the module.
  bool private_copy = false;

  // False for a module that stays until the process ends, and was built so:
  // relib_module(unloading = False). It shares the C++ runtime and the heap of
  // the process, and nothing that it takes is recorded. Everything but Unload()
  // works. Host and module must agree: LoadError::kIncompatible.
  bool unloading = true;
  // The heap of the module.
  Heap heap = Heap::kModule;
  // For Heap::kCustom: both functions are needed. Unload() gives nothing back
  // to it; what the module leaked is the allocator's to drop, once Unload() has
  // succeeded.
  Allocator allocator = {};

  // Checks every free() and realloc() of the module, with each heap: for tests,
  // since each costs some microseconds, and memory for every address that the
  // module ever had. A bad one isn't carried out.
  bool dealloc_validation = false;
  // Called for each, on the thread that does it. It must neither call nor
  // unload the module. Empty: the process logs it and aborts.
  std::function<void(const BadFree&)> on_bad_free = {};

  // Fills UnloadReport::leaks. As slow as dealloc_validation.
  bool trace_leaks = false;

  // A crash inside of a call (SIGSEGV, SIGBUS, SIGFPE, SIGILL, a stack
  // overflow, abort(); on Windows the exceptions that stand for them) ends the
  // call with CallError::kCrashed, instead of the process. From then on the
  // module is poisoned: every call is refused, and when it is unloaded nothing
  // of it runs. A crash may leave locks locked and data torn, the program's too
  // if the module was given pointers to it: docs/crash-guard.md. Makes each
  // call some nanoseconds slower.
  bool crash_guard = false;

  // The relib::State objects that the module may use (relib/state/state.h). A
  // state belongs to one module at a time; when the module is unloaded, its
  // value stays. LoadError::kState if the value doesn't fit the module.
  std::vector<StateBase*> states = {};
};

struct UnloadOptions {
  // How long calls in flight, and then threads of the module, are waited for.
  absl::Duration deadline = absl::Seconds(1);
};

// What a module had left of one kind when it went. All of it was given back,
// except for "process state" and what was replaced for good
// (docs/unloading.md).
struct Leftover {
  // In the singular: "open file", "thread key", "heap block".
  std::string kind;
  uint64_t count = 0;
  // The memory in it, where it is of that sort; else zero.
  uint64_t bytes = 0;
  // Some of them, as people know them: "7 /tmp/cache".
  std::vector<std::string> items = {};

  bool operator==(const Leftover&) const = default;
};

// Blocks that a module had allocated in the same place and not freed when it
// went.
struct Leak {
  Backtrace allocation;
  uint64_t count = 0;
  // As asked for.
  uint64_t bytes = 0;
};

// What an unload did. A value: it refers to nothing of the module.
// docs/unloading.md describes each field.
struct UnloadReport {
  // From the call of Unload() to the proof that the image is gone.
  absl::Duration elapsed;

  // One entry for each kind, in the order in which they were given back; empty
  // for a module that left nothing.
  std::vector<Leftover> leftovers = {};

  // With LoadOptions::trace_leaks: by call site, the most bytes first. Only
  // what was in Heap::kModule was given back; that is also an entry of
  // `leftovers`.
  std::vector<Leak> leaks = {};

  // The entry of a kind; null if nothing of it was left.
  const Leftover* Find(std::string_view kind) const;

  // For people: one line, and below it a table of what was left and the leaks,
  // if anything.
  // Ends without a newline.
  std::string ToString() const;
};

}  // namespace relib

#endif  // RELIB_OPTIONS_H_
