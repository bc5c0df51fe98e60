#ifndef PLATFORM_RESOURCES_RESOURCES_H_
#define PLATFORM_RESOURCES_RESOURCES_H_

// How a kind of resource is added to what modules may take and leave:
//
// 1. an entry in HOOKS (platform/<os>/hooks.bzl): its name, and the functions
//    that create or give back such a thing;
// 2. platform/<os>/resources/KIND.cc: a class derived from Resources,
// MakeKind()
//    that creates one, and the hooks of these functions in the namespace
//    `hooks`.

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

// Collects what a module left.
class ReclaimReport {
 public:
  // Something of the kind `kind` ("open file"), as people know it, and the
  // memory it had in bytes.
  void Add(std::string_view kind, std::string text, uint64_t bytes = 0) {
    Add(kind, 1, bytes, {&text, 1});
  }
  // Several, of which `texts` shows some.
  void Add(std::string_view kind, uint64_t count, uint64_t bytes,
           absl::Span<const std::string> texts);

  std::vector<Leftover> Take() { return std::move(left_); }

 private:
  std::vector<Leftover> left_;
};

// What one module has of one kind. Thread-safe.
//
// The hooks run on any thread of the process; on Linux, some of them in signal
// handlers, but never in a forked child. They may be called while the others
// below run, until LeaveImage() of the last kind is done.
class Resources {
 public:
  virtual ~Resources() = default;

  // What keeps the module from going at the moment and may pass by itself, each
  // as a text for people: "a handler of SIGUSR1 runs on thread 12".
  virtual std::vector<std::string> Obstacles() const { return {}; }

  // From now on the system doesn't call the image on other threads than this
  // one, until Resume() or for ever: calls that come are made to wait, or not
  // made. False if one runs. So nothing that comes later, under locks of the
  // system's loader, need wait for them.
  virtual bool Hold() { return true; }
  virtual void Resume() {}

  // The static destructors of the image are about to run.
  virtual void BeforeDestructors() {}

  // The last code of the image has run, its memory is all there. Gives back
  // what refers to the image or to memory of the module.
  virtual void LeaveImage(ReclaimReport& /*report*/) {}

  // The image is gone. Gives back the rest.
  virtual void Reclaim(ReclaimReport& /*report*/) {}
};

// What one module has, of each kind. The kinds are numbered in the order of the
// table, which is that of LeaveImage() and of Reclaim().
class ResourceSet {
 public:
  using Make = std::unique_ptr<Resources> (*)();

  // `kinds` outlives it.
  ResourceSet(absl::Span<const Make> kinds, Destructors::Runner run_destructor);
  ~ResourceSet();
  ResourceSet(const ResourceSet&) = delete;
  ResourceSet& operator=(const ResourceSet&) = delete;

  // Made when it is asked for the first time: most modules use few kinds.
  // Thread-safe.
  Resources& Get(size_t kind);

  // Kept by threads that end at the same time, too.
  const std::shared_ptr<Destructors>& destructors() const {
    return destructors_;
  }

  std::vector<std::string> Obstacles() const;
  // False if it isn't so for all kinds.
  bool Hold();
  void Resume();
  void BeforeDestructors();
  void LeaveImage();
  // To be called once.
  std::vector<Leftover> Reclaim();

 private:
  // Of those that have been asked for.
  template <typename Function>
  void ForEach(Function function) const;

  const absl::Span<const Make> make_;
  const std::unique_ptr<std::atomic<Resources*>[]> kinds_;
  const std::shared_ptr<Destructors> destructors_;
  ReclaimReport reclaim_report_;
};

// The T of a module.
template <typename T>
T& ResourcesOf(ResourceSet& module) {
  return static_cast<T&>(module.Get(static_cast<size_t>(T::kKind)));
}

}  // namespace relib::platform

#endif  // PLATFORM_RESOURCES_RESOURCES_H_
