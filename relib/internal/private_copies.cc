#include "relib/internal/private_copies.h"

#include <memory>
#include <utility>

#include "absl/base/const_init.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "platform/private_directory.h"

namespace relib::internal {

absl::StatusOr<platform::PrivateDirectory*> PrivateCopies() {
  ABSL_CONST_INIT static absl::Mutex mutex(absl::kConstInit);
  // Destroyed at exit, on purpose: that deletes the folder.
  static std::unique_ptr<platform::PrivateDirectory> directory;
  const absl::MutexLock lock(mutex);
  if (directory == nullptr) {
    absl::StatusOr<std::unique_ptr<platform::PrivateDirectory>> created =
        platform::PrivateDirectory::Create("relib");
    if (!created.ok()) return created.status();
    directory = *std::move(created);
  }
  return directory.get();
}

}  // namespace relib::internal
