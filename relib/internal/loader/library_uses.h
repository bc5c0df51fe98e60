#ifndef RELIB_INTERNAL_LOADER_LIBRARY_USES_H_
#define RELIB_INTERNAL_LOADER_LIBRARY_USES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "platform/host/deadline.h"
#include "platform/host/dependencies.h"
#include "platform/host/library.h"
#include "relib/options.h"

namespace relib::internal {

// A shared library that modules brought into this process, and its users.
struct SharedLibrary;

// The shared libraries that one module uses and that it or an earlier module
// brought into this process. Each of them is held by a reference of the
// process, not of the module. Libraries that the program itself is linked
// against are not among them. Different objects may be used concurrently.
class LibraryUses {
 public:
  LibraryUses();
  LibraryUses(const LibraryUses&) = delete;
  LibraryUses& operator=(const LibraryUses&) = delete;
  // Leaves all libraries mapped.
  ~LibraryUses();

  // Must be called before the module is mapped. `copy` is the private copy of
  // the module `original`, or "".
  void Prepare(const std::string& copy, const std::string& original);

  // Returns `error`, the system's error for a module that could not be mapped,
  // or a better one that names the library that is missing.
  std::string Explain(std::string_view error) const;

  // Takes references on the libraries of `module`, which was just mapped and is
  // called `name` in messages.
  void Take(const platform::Library& module, const std::string& name);

  // Fails with LoadError::kStaleLibrary if the file of a library has changed
  // since the library was mapped. Libraries of the operating system are not
  // checked.
  absl::Status CheckFresh() const;

  // Lets the libraries stay for good if `policy` is ModuleLibraries::kKeep.
  // Must be called before code of the module runs. Not after a failed
  // CheckFresh(): a load that is refused shall not keep the old library.
  void Commit(ModuleLibraries policy);

  // Returns what uses the libraries that Release() would unmap, one text for
  // each library. Interrupts the threads of the process if there are such
  // libraries, as platform::OtherThreads(deadline) does.
  std::vector<std::string> Users(platform::Deadline deadline) const;

  // Lets the libraries stay for good that Users(deadline) would return.
  void KeepUsed(platform::Deadline deadline);

  // Ends the uses, after the module was unmapped. Unmaps each library that no
  // other module uses and that nothing else above lets stay. Returns the
  // libraries that stay and were not returned before.
  std::vector<KeptLibrary> Release();

 private:
  struct Use {
    SharedLibrary* library;
    // The threads and the like that use it.
    std::string text;
  };
  // Returns the libraries that Release() would unmap and that are in use.
  std::vector<Use> FindUses(platform::Deadline deadline) const;

  std::string name_;
  std::unique_ptr<platform::DependencyScope> scope_;
  // In the order in which the module and its libraries need them.
  std::vector<std::shared_ptr<SharedLibrary>> libraries_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_LIBRARY_USES_H_
