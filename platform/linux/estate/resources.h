#ifndef PLATFORM_LINUX_ESTATE_RESOURCES_H_
#define PLATFORM_LINUX_ESTATE_RESOURCES_H_

// How a kind of resource is added to what modules may take and leave:
//
// 1. an entry in HOOKS (hooks.bzl): its name, and the functions that create or
//    give back such a thing;
// 2. estate/KIND.cc: a class derived from Resources, make::KIND() that creates
//    one, and for each function its hook in the namespace `hooks`, which does
//    what the function does and records it.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "platform/estate.h"
#include "platform/linux/estate/resource_kinds.h"

namespace relib::platform {

// Collects what a module left.
class Settlement {
 public:
  // Something of the kind `kind` ("open file"), as people know it, and the
  // memory it had in bytes.
  void Add(std::string_view kind, std::string text, uint64_t bytes = 0) {
    Add(kind, 1, bytes, {&text, 1});
  }
  // Several, of which `texts` shows some.
  void Add(std::string_view kind, uint64_t count, uint64_t bytes,
           absl::Span<const std::string> texts);

  std::vector<LeftResources> Take() { return std::move(left_); }

 private:
  std::vector<LeftResources> left_;
};

// What one module has of one kind. Thread-safe.
//
// The hooks run on any thread of the process, some of them in signal handlers;
// never in a forked child. They may be called while the others below run, until
// LeaveImage() of the last kind is done.
class Resources {
 public:
  virtual ~Resources() = default;

  // What keeps the module from going at the moment and may pass by itself, each
  // as a text for people: "a handler of SIGUSR1 runs on thread 12".
  virtual std::vector<std::string> Obstacles() const { return {}; }

  // The static destructors of the image are about to run.
  virtual void BeforeDestructors() {}

  // The last code of the image has run, its memory is all there. Gives back
  // what refers to the image or to memory of the module.
  virtual void LeaveImage(Settlement& /*settlement*/) {}

  // The image is gone. Gives back the rest.
  virtual void Settle(Settlement& /*settlement*/) {}
};

// What AgentBinding::estate points to: of each kind one, in the order of the
// table, which is that of LeaveImage() and of Settle().
struct ResourcesOfModule {
  std::unique_ptr<Resources> kinds[std::size(kMakeResources)];
  Settlement* settlement = nullptr;
};

// For hooks: the T of a module, from what they are given.
template <typename T>
T& ResourcesOf(const void* estate) {
  return static_cast<T&>(*static_cast<const ResourcesOfModule*>(estate)
                              ->kinds[static_cast<size_t>(T::kKind)]);
}

// The calls into the image that the system makes: destructors of thread keys,
// callbacks of timers. Thread-safe; shared with those who call, because the
// last one may still be leaving when the module is gone.
class Callbacks {
 public:
  // False when the image is going, or gone: don't call.
  bool Enter();
  void Leave();

  // Those that run one: "a timer's callback runs on thread 12", for `what`.
  std::vector<std::string> Describe(std::string_view what) const;

  // From now on none enters. Waits for those that run.
  void Close();

 private:
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<uint64_t> threads_;
  bool closed_ = false;
};

// "SIGUSR1".
std::string SignalName(int signal);

// True once the process has begun to exit: then nothing is given back, because
// threads that still run use it.
bool ProcessExits();
// Called before that can be asked.
void WatchProcessExit();

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_ESTATE_RESOURCES_H_
