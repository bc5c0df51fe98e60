#include "relib/internal/private_copies.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/const_init.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "platform/debug_file.h"
#include "platform/file.h"
#include "platform/image_file.h"
#include "platform/private_directory.h"

namespace relib::internal {
namespace {

std::string_view FileName(std::string_view path) {
  return path.substr(path.find_last_of("/\\") + 1);
}

// Returns the path of the copy, or "": the library names no such file, or it
// isn't there, or not even the copy's short name fits.
std::string CopyDebugFile(const std::string& original, const std::string& copy,
                          platform::PrivateDirectory& copies) {
  std::optional<platform::DebugFileName> name;
  if (auto file = platform::File::Open(copy); file.ok()) {
    name = platform::FindDebugFileName(**file).value_or(std::nullopt);
  }
  if (!name.has_value()) return "";
  // Where the linker left it, if it named a folder; else beside the library.
  absl::StatusOr<std::string> debug_file = absl::NotFoundError("");
  if (FileName(name->path).size() < name->path.size()) {
    debug_file = copies.CopyIn(name->path, "");
  }
  if (!debug_file.ok()) {
    const size_t folder = original.size() - FileName(original).size();
    debug_file = copies.CopyIn(
        absl::StrCat(original.substr(0, folder), FileName(name->path)), "");
  }
  if (!debug_file.ok()) return "";
  if (!platform::SetDebugFileName(copy, *name, FileName(*debug_file)).ok()) {
    copies.Remove(*debug_file);
    return "";
  }
  return *std::move(debug_file);
}

void Delete(const PrivateCopy* copy) {
  absl::StatusOr<platform::PrivateDirectory*> copies = PrivateCopies();
  if (copies.ok()) {
    (*copies)->Remove(copy->library);
    if (!copy->debug_file.empty()) (*copies)->Remove(copy->debug_file);
  }
  delete copy;
}

}  // namespace

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

absl::StatusOr<std::shared_ptr<const PrivateCopy>> CopyPrivately(
    const std::string& path) {
  absl::StatusOr<platform::PrivateDirectory*> copies = PrivateCopies();
  if (!copies.ok()) {
    return absl::Status(copies.status().code(),
                        absl::StrCat("no folder for a private copy of ", path,
                                     ": ", copies.status().message()));
  }
  std::string_view name = FileName(path);
  name = name.substr(0, name.rfind('.'));
  absl::StatusOr<std::string> copy = (*copies)->CopyIn(path, std::string(name));
  if (!copy.ok()) {
    return absl::Status(copy.status().code(),
                        absl::StrCat("no private copy of ", path, ": ",
                                     copy.status().message()));
  }
  const PrivateCopy files = {
      .library = *copy, .debug_file = CopyDebugFile(path, *copy, **copies)};
  return std::shared_ptr<const PrivateCopy>(new PrivateCopy(files), Delete);
}

}  // namespace relib::internal
