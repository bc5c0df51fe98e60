#ifndef PLATFORM_HOST_LIBRARY_H_
#define PLATFORM_HOST_LIBRARY_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

// "lib" and ".so", or "" and ".dll": what relib_module() makes of a name.
extern const std::string_view kLibraryPrefix;
extern const std::string_view kLibrarySuffix;

// A library that is loaded into this process. Movable; not thread-safe.
class Library {
 public:
  // Maps the file at `path`, which must be canonical, and everything that it is
  // linked against; all of its symbols are bound now, and none is offered to
  // libraries that are loaded later. Its static constructors run here, unless
  // its agent defers them (agent.h).
  //
  // Errors:
  //   AlreadyExists       the file is loaded already, by relib or by somebody
  //                       else. What was there is left as it was.
  //   FailedPrecondition  the system's loader refused; its text is in the
  //   message.
  static absl::StatusOr<Library> Load(const std::string& path);

  Library() = default;
  Library(Library&& other) noexcept;
  Library& operator=(Library&& other) noexcept;
  // Leaves the library loaded.
  ~Library() = default;

  bool loaded() const { return handle_ != nullptr; }

  // Address of an exported symbol, or null.
  void* Symbol(const char* name) const;

  // Gives the library back, runs its static destructors, and proves that its
  // image is gone. The cost doesn't depend on the number of mappings or
  // libraries in the process.
  //
  // FailedPrecondition: the image is still there; the library stays loaded and
  // usable, its destructors have not run, and the message names what holds it,
  // as far as that can be known (platform/<os>/library.cc says how).
  absl::Status Unload();

 private:
  void* handle_ = nullptr;
  // An address inside of the image.
  const void* address_ = nullptr;
  std::string path_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_LIBRARY_H_
