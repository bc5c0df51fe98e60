#ifndef PLATFORM_HOST_DEPENDENCIES_H_
#define PLATFORM_HOST_DEPENDENCIES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/host/library.h"

namespace relib::platform {

// A thread of the process, and what it runs.
struct OtherThread {
  uint64_t id = 0;
  // Return addresses on its stack, callees before callers, and where known the
  // address of the function that it began with, plus one.
  std::vector<uintptr_t> addresses;
  // The reason for which `addresses` may not show all that the thread runs.
  // Empty if they do.
  std::string doubt;
};

// Returns the threads of the process other than the calling one. Interrupts
// each of them (platform/host/thread_stack.h), and interrupts those again that
// start, end or don't answer: until `deadline` and a tenth of a second more,
// but for one second at most.
std::vector<OtherThread> OtherThreads(Deadline deadline);

// A shared library that was mapped because a module is linked against it,
// directly or through other libraries. Holds a reference, so the library
// outlives the module. Thread-safe.
class Dependency {
 public:
  // Leaves the library mapped unless Release() was called.
  virtual ~Dependency() = default;

  // Returns the path under which the system's loader knows the library.
  virtual const std::string& path() const = 0;

  // Returns whether the library comes with the operating system. Such a library
  // may be replaced by an update while the process runs.
  virtual bool BelongsToSystem() const = 0;

  // Returns how the file at path() differs from the one that is mapped, as a
  // part of a sentence such as "was replaced". Returns "" if it is the same.
  // Must not be called for a library that BelongsToSystem().
  virtual std::string DescribeChange() const = 0;

  // Returns what is known to use the library, one text each: properties of its
  // file that keep the system from unmapping it, destructors of thread keys,
  // and signal handlers. Empty on Windows.
  virtual std::vector<std::string> Holders() const = 0;

  // Returns those of `threads` that are inside of the library, or that may be
  // and have not ended; one text each.
  virtual std::vector<std::string> Users(
      const std::vector<OtherThread>& threads) const = 0;

  // Drops the reference. Returns "" if the library is no longer mapped, and
  // otherwise what keeps it mapped. Must be called at most once, without
  // concurrent calls of this object.
  virtual std::string Release() = 0;
};

// Finds the libraries of a module. Create it before the module is mapped. Not
// thread-safe.
class DependencyScope {
 public:
  // `copy` is a private copy of the module `original`, or "" if the original
  // itself is mapped. Maps the libraries that the system's loader would find
  // for the original but not for its copy in another directory, until this
  // object is destroyed. Libraries that are not found are left to the loader,
  // whose error names them.
  static std::unique_ptr<DependencyScope> Create(const std::string& copy,
                                                 const std::string& original);
  virtual ~DependencyScope() = default;

  // Returns why the system's loader did not find a library for the original, in
  // the loader's words, or "".
  virtual const std::string& error() const = 0;

  // Returns the paths of the libraries that `module` is linked against,
  // directly or through other libraries, without those that the program itself
  // is linked against and that therefore stay anyway. The paths are those of
  // Dependency::path(). A library comes before those that it needs.
  virtual std::vector<std::string> Find(const Library& module) = 0;

  // Takes a reference on the library at `path`, a result of Find(), which
  // its module still keeps mapped. Null if the system refuses.
  virtual std::unique_ptr<Dependency> Take(const std::string& path) = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_DEPENDENCIES_H_
