#ifndef PLATFORM_HOST_MODULE_RESOURCES_H_
#define PLATFORM_HOST_MODULE_RESOURCES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "platform/agent/agent.h"
#include "platform/host/heap_kinds.h"
#include "platform/host/leftover.h"

namespace relib::platform {

struct ThreadInfo {
  // As debuggers and top(1) show it: gettid(), or the Windows thread id.
  uint64_t id = 0;
  // May be empty.
  std::string name;
};

// The return addresses of calls, callees before callers.
using CallStack = std::vector<uintptr_t>;

// A module has freed, or resized, what is no live block of its own.
struct BadFree {
  using Kind = BadFreeKind;

  Kind kind = Kind::kNotABlock;
  const void* address = nullptr;
  // The name of the module whose block it is or lies in, where there is one.
  std::string owner;
  // What is there instead, for people: "[stack]", "16 bytes into a block of
  // 64".
  std::string place;
  CallStack call;
  // Of that block, where known.
  CallStack allocation;
  CallStack first_free;
};

// Blocks of one call site that a module had left.
struct LeakSite {
  // What HeapOptions::keep_trace made.
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
  // it isn't carried out.
  std::function<void(const BadFree&)> on_bad_free;

  // Finds call sites of blocks that are left. Called for a site while the image
  // is there; the result is the site's `trace`.
  std::function<std::shared_ptr<const void>(CallStack)> keep_trace;
};

struct ModuleResourcesOptions {
  // Of the module, for reports.
  std::string name;
  // How a destructor in the image is called, where that may crash: as
  // function(argument). Empty: just so.
  std::function<void(void (*function)(void* argument), void* argument)>
      run_destructor;
  HeapOptions heap;
};

// Everything that one module owns outside of its image, filled by the hooks of
// its agent. Lives in the host, so that it is still there when the image isn't.
// Thread-safe. It must outlive the image and every thread in it.
class ModuleResources {
 public:
  static std::unique_ptr<ModuleResources> Create(
      ModuleResourcesOptions options = {});
  virtual ~ModuleResources() = default;

  // What the module's agent is given.
  virtual const AgentBinding* binding() const = 0;

  // The threads that the module started and that may still run code of its
  // image: a thread counts until its thread-local destructors are done, however
  // it ends, joined or detached.
  virtual std::vector<ThreadInfo> LiveThreads() const = 0;

  // Waits until there is none, or until `deadline`. True if there is none.
  virtual bool WaitForThreads(absl::Time deadline) const = 0;

  // Waits until the system calls nothing in the image, such as a signal
  // handler, or until `deadline`. Empty, or what still runs or can't be given
  // back now, each as a text for people.
  virtual std::vector<std::string> WaitForCallbacks(
      absl::Time deadline) const = 0;

  // After WaitForCallbacks(), which may have made the system's calls wait, when
  // the image isn't unloaded after all.
  virtual void ResumeCallbacks() = 0;

  // With HeapOptions::keep_trace: keeps the traces of all blocks that are live,
  // at once. Those of blocks that live later are kept one by one.
  virtual void KeepTraces() = 0;

  // The address lies in memory of the module's heap, where the heap is one of
  // its own.
  virtual bool OwnsMemory(const void* address) const = 0;

  // On a thread of the host that is about to end and has run code of the image:
  // its thread_local objects there are destroyed now, where the system would do
  // it under a lock of its loader.
  virtual void LeaveThread() = 0;

  // Nothing in the image is destroyed any more, whoever would do it: neither
  // its static objects nor its thread_local ones.
  virtual void SkipDestructors() = 0;

  // To be called once, after the image is gone. Gives back what the module
  // left, and says what that was.
  virtual std::vector<Leftover> Reclaim() = 0;

  // After Reclaim(), with HeapOptions::keep_trace: the most bytes first.
  virtual std::vector<LeakSite> Leaks() const = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_MODULE_RESOURCES_H_
