#ifndef PLATFORM_WINDOWS_HOST_FILES_OWNER_ONLY_H_
#define PLATFORM_WINDOWS_HOST_FILES_OWNER_ONLY_H_

#include <windows.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace relib::platform {

// Returns the security identifier of the user that this process runs as, in the
// text form of security descriptors.
absl::StatusOr<std::wstring> CurrentUser();

// Security attributes for new files and directories: `user` owns them and has
// full access, and nobody else has any. Files in the directory inherit this;
// the directory inherits nothing from above.
class OwnerOnly {
 public:
  static absl::StatusOr<OwnerOnly> For(const std::wstring& user);

  SECURITY_ATTRIBUTES* get() { return &attributes_; }

 private:
  explicit OwnerOnly(PSECURITY_DESCRIPTOR descriptor)
      : descriptor_(descriptor, &LocalFree),
        attributes_{sizeof(attributes_), descriptor, FALSE} {}

  std::unique_ptr<void, decltype(&LocalFree)> descriptor_;
  SECURITY_ATTRIBUTES attributes_;
};

// Returns false also if the owner of `path` can't be read.
bool IsOwnedBy(const std::string& path, const std::wstring& user);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_FILES_OWNER_ONLY_H_
