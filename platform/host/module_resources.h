#ifndef PLATFORM_HOST_MODULE_RESOURCES_H_
#define PLATFORM_HOST_MODULE_RESOURCES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/agent/agent.h"
#include "platform/host/deadline.h"
#include "platform/host/heap_kinds.h"
#include "platform/host/leftover.h"

namespace relib::platform {

struct ThreadInfo {
  // The number that debuggers and top(1) show: gettid(), or the Windows thread
  // id.
  uint64_t id = 0;
  // May be empty.
  std::string name;
};

// The return addresses of calls, callees before callers.
using CallStack = std::vector<uintptr_t>;

// A free() or realloc() by a module of an address that is not a live block of
// that module.
struct BadFree {
  using Kind = BadFreeKind;

  Kind kind = Kind::kNotABlock;
  const void* address = nullptr;
  // The name of the module that owns the block or heap at `address`, if any.
  std::string owner;
  // A description of the memory at `address`, such as "[stack]" or "16 bytes
  // into a block of 64".
  std::string place;
  CallStack call;
  // The history of the block at `address`, where it is known.
  CallStack allocation;
  CallStack first_free;
};

// Blocks from one call site that a module left behind.
struct LeakSite {
  // The result of HeapOptions::keep_trace.
  std::shared_ptr<const void> trace;
  uint64_t count = 0;
  uint64_t bytes = 0;
};

struct HeapOptions {
  using Kind = HeapKind;
  Kind kind = Kind::kModule;

  // For kCustom.
  void* user_context = nullptr;
  void* (*user_allocate)(void* context, size_t size,
                         size_t alignment) = nullptr;
  void (*user_free)(void* context, void* block) = nullptr;

  // Checks every free() of the module. Called for each bad one, on its thread;
  // the free is then not carried out.
  std::function<void(const BadFree&)> on_bad_free;

  // Records the call sites of blocks, for a report of those that are left
  // behind. Called once per call site while the image is mapped; the result
  // becomes the site's `trace`.
  std::function<std::shared_ptr<const void>(CallStack)> keep_trace;
};

struct ModuleResourcesOptions {
  // The module's name, for reports.
  std::string name;
  // Runs function(argument), a destructor in the image that may crash. Empty
  // means a direct call.
  std::function<void(void (*function)(void* argument), void* argument)>
      run_destructor;
  HeapOptions heap;
};

// All resources that one module owns outside of its image. The hooks of its
// agent record them. Lives in the host and must outlive the image and all
// threads in it. Thread-safe.
class ModuleResources {
 public:
  static std::unique_ptr<ModuleResources> Create(
      ModuleResourcesOptions options = {});
  virtual ~ModuleResources() = default;

  // Returns the binding for the module's agent. Owned by this object.
  virtual const AgentBinding* binding() const = 0;

  // Returns the threads that the module started and that may still run code of
  // its image. A thread counts until its thread-local destructors are done,
  // however it ends, joined or detached.
  virtual std::vector<ThreadInfo> LiveThreads() const = 0;

  // Returns whether LiveThreads() has the thread `id`. Cheaper.
  virtual bool IsLiveThread(uint64_t id) const = 0;

  // Waits until LiveThreads() is empty. Returns false if it is not by
  // `deadline`.
  virtual bool WaitForThreads(Deadline deadline) const = 0;

  // Waits until the system runs no callback in the image, such as a signal
  // handler. Returns nothing on success. At `deadline`, returns the obstacles,
  // one text each: callbacks that still run, and resources that cannot be
  // reclaimed now. Callbacks may be suspended on return; see ResumeCallbacks().
  virtual std::vector<std::string> WaitForCallbacks(
      Deadline deadline) const = 0;

  // Resumes callbacks that WaitForCallbacks() has suspended. Called if the
  // image is not unloaded after all.
  virtual void ResumeCallbacks() = 0;

  // Records the traces of all live blocks at once, if HeapOptions::keep_trace
  // is set. Later blocks are recorded one by one.
  virtual void KeepTraces() = 0;

  // Returns whether `address` is in memory of the module's heap. Always false
  // if the module has no heap of its own.
  virtual bool OwnsMemory(const void* address) const = 0;

  // Destroys the image's thread_local objects on the calling thread, which
  // belongs to the host, has run code of the image and is about to end. At the
  // end of the thread, the system would destroy them under a lock of its
  // loader.
  virtual void LeaveThread() = 0;

  // Suppresses all remaining destructors of the image, both static and
  // thread_local, and further callbacks of the system, such as signal handlers.
  // Called when the module has crashed, possibly several times.
  virtual void SkipDestructors() = 0;

  // Reclaims the resources that the module left behind, and returns a report of
  // them. Called once, after the image is gone.
  virtual std::vector<Leftover> Reclaim() = 0;

  // Returns the call sites of leaked blocks, those with the most bytes first.
  // Valid after Reclaim(), if HeapOptions::keep_trace is set.
  virtual std::vector<LeakSite> Leaks() const = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_MODULE_RESOURCES_H_
