#ifndef PLATFORM_RESOURCES_RESOURCES_H_
#define PLATFORM_RESOURCES_RESOURCES_H_

// How to add a resource kind:
//
// 1. Create the directory platform/<os>/resources/<kind>/ with a hooks.bzl,
// which lists the functions that create or give back such a resource, and load
// it in platform/<os>/resources/hooks.bzl.
//
// 2. Add <kind>.cc there: a class derived from Resources, the function
// Make<Kind>() that creates it, and the hooks in the namespace `hooks`.
//
// docs/resources.md has the long version.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "platform/host/module_resources.h"
#include "platform/resources/destructors.h"

namespace relib::platform {

// Collects descriptions of resources that a module left behind.
class ReclaimReport {
 public:
  // Adds one resource of the kind `kind` ("open file"), described by `text`,
  // with `bytes` bytes of memory.
  void Add(std::string_view kind, std::string text, uint64_t bytes = 0) {
    Add(kind, 1, bytes, {&text, 1});
  }
  // Adds `count` resources, of which `texts` describes some.
  void Add(std::string_view kind, uint64_t count, uint64_t bytes,
           absl::Span<const std::string> texts);

  std::vector<Leftover> Take() { return std::move(leftovers_); }

 private:
  std::vector<Leftover> leftovers_;
};

// The resources of one kind that one module owns. Thread-safe.
//
// The hooks run on any thread of the process; on Linux, some of them run in
// signal handlers, but never in a forked child. They may run concurrently with
// the functions below until LeaveImage() of the last kind has returned.
class Resources {
 public:
  virtual ~Resources() = default;

  // Returns a text for each temporary obstacle to unloading the module, such as
  // "a handler of SIGUSR1 runs on thread 12".
  virtual std::vector<std::string> Obstacles() const { return {}; }

  // Keeps the system from calling into the image on threads other than this one
  // until Resume(), or forever. New callbacks wait or are dropped, so nothing
  // that runs later under locks of the system's loader has to wait for them.
  // Returns false if a callback runs.
  virtual bool Hold() { return true; }
  virtual void Resume() {}

  // Keeps the system from calling into the image from now on. Called when the
  // module has crashed. Does not wait for callbacks that run.
  virtual void Stop() {}

  // Called just before the static destructors of the image run. Callbacks are
  // held then.
  virtual void BeforeDestructors() {}

  // Reclaims resources that refer to the image or to the module's memory.
  // Called after the last code of the image has run, while its memory is still
  // there.
  virtual void LeaveImage(ReclaimReport& /*report*/) {}

  // Reclaims the remaining resources. Called after the image is gone.
  virtual void Reclaim(ReclaimReport& /*report*/) {}
};

// The resources of all kinds that one module owns. The kinds are numbered in
// the order of the table, which is the order of LeaveImage() and Reclaim().
class ResourceSet {
 public:
  using Make = std::unique_ptr<Resources> (*)();

  // `kinds` must outlive the set.
  ResourceSet(absl::Span<const Make> kinds, Destructors::Runner run_destructor);
  ~ResourceSet();
  ResourceSet(const ResourceSet&) = delete;
  ResourceSet& operator=(const ResourceSet&) = delete;

  // Returns the resources of a kind, and creates them on first use: most
  // modules use few kinds. Thread-safe.
  Resources& Get(size_t kind);

  // Shared with threads that may end after this set.
  const std::shared_ptr<Destructors>& destructors() const {
    return destructors_;
  }

  std::vector<std::string> Obstacles() const;
  // Returns false, with no callback held, unless all kinds can be held.
  bool Hold();
  void Resume();
  void Stop();
  void BeforeDestructors();
  void LeaveImage();
  // Called once.
  std::vector<Leftover> Reclaim();

 private:
  // Visits the kinds that have been used.
  template <typename Function>
  void ForEach(Function function) const;

  const absl::Span<const Make> make_;
  const std::unique_ptr<std::atomic<Resources*>[]> kinds_;
  const std::shared_ptr<Destructors> destructors_;
  ReclaimReport reclaim_report_;
};

// Returns a module's resources of the kind that T implements.
template <typename T>
T& ResourcesOf(ResourceSet& module) {
  return static_cast<T&>(module.Get(static_cast<size_t>(T::kKind)));
}

}  // namespace relib::platform

#endif  // PLATFORM_RESOURCES_RESOURCES_H_
