#ifndef PLATFORM_HOST_LIBRARY_H_
#define PLATFORM_HOST_LIBRARY_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

// "lib" and ".so", or "" and ".dll": relib_module() adds them to a name.
extern const std::string_view kLibraryPrefix;
extern const std::string_view kLibrarySuffix;

// A library that is loaded in this process. Movable; a moved-from library is
// not loaded. Not thread-safe.
class Library {
 public:
  // Maps the file at `path`, which must be canonical, and all libraries that it
  // is linked against. Binds all symbols at once, and offers none to libraries
  // that are loaded later. Runs the static constructors unless the agent of the
  // module defers them (platform/agent/agent.h).
  //
  // Errors:
  //   AlreadyExists       the file is loaded already, by relib or by others.
  //                       The loaded copy is unchanged.
  //   FailedPrecondition  the system's loader refused; see the message.
  static absl::StatusOr<Library> Load(const std::string& path);

  Library() = default;
  Library(Library&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)),
        address_(std::exchange(other.address_, nullptr)),
        path_(std::move(other.path_)) {}
  // Leaves a library that this object had loaded.
  Library& operator=(Library&& other) noexcept {
    handle_ = std::exchange(other.handle_, nullptr);
    address_ = std::exchange(other.address_, nullptr);
    path_ = std::move(other.path_);
    return *this;
  }
  // Leaves the library loaded.
  ~Library() = default;

  bool loaded() const { return handle_ != nullptr; }

  // Returns the system's handle, or null if no library is loaded.
  void* handle() const { return handle_; }

  // Returns the address of an exported symbol, or null.
  void* Symbol(const char* name) const;

  // Unloads the library, which runs its static destructors, and verifies that
  // the image is gone. The cost does not depend on the number of mappings or
  // libraries in the process.
  //
  // FailedPrecondition: the image is still mapped. The library stays loaded and
  // usable, its destructors have not run, and the message names what holds it
  // as far as that can be known (platform/<os>/host/library.cc).
  absl::Status Unload();

 private:
  void* handle_ = nullptr;
  // An address inside the image.
  const void* address_ = nullptr;
  std::string path_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_LIBRARY_H_
