#include "relib/internal/files/private_copies.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/host/files/file.h"
#include "platform/host/files/private_directory.h"
#include "platform/host/fork.h"
#include "platform/image/debug_file.h"
#include "platform/image/image_file.h"

namespace relib::internal {
namespace {

std::string_view FileName(std::string_view path) {
  return path.substr(path.find_last_of("/\\") + 1);
}

// Returns the path of the copy of the PDB file. Returns "" if the library
// refers to no such file, if it doesn't exist, or if the short name of the copy
// doesn't fit into the library.
std::string CopyDebugFile(const std::string& original, const std::string& copy,
                          const platform::File& file,
                          platform::PrivateDirectory& copies) {
  const std::optional<platform::DebugFileName> name =
      platform::FindDebugFileName(file).value_or(std::nullopt);
  if (!name.has_value()) return "";
  // In the directory that the linker wrote, if it wrote one; otherwise beside
  // the library.
  absl::StatusOr<std::string> debug_file = absl::NotFoundError("");
  if (FileName(name->path).size() < name->path.size()) {
    debug_file = copies.CopyIn(name->path, "");
  }
  if (!debug_file.ok()) {
    const size_t directory = original.size() - FileName(original).size();
    debug_file = copies.CopyIn(
        absl::StrCat(original.substr(0, directory), FileName(name->path)), "");
  }
  if (!debug_file.ok()) return "";
  if (!platform::SetDebugFileName(copy, *name, FileName(*debug_file)).ok()) {
    copies.Remove(*debug_file);
    return "";
  }
  return *std::move(debug_file);
}

// The position of the name of the PDB file in the copy.
struct Range {
  uint64_t begin = 0;
  uint64_t end = 0;
};

Range NameOfDebugFile(const PrivateCopy& copy, const platform::File& library) {
  if (copy.debug_file.empty()) return {};
  const auto name = platform::FindDebugFileName(library);
  if (!name.ok() || !name->has_value()) return {};
  return {.begin = (*name)->offset,
          .end = (*name)->offset + (*name)->max_size + 1};
}

// The directory of this process.
struct Directory {
  std::mutex mutex;
  platform::PrivateDirectory* directory = nullptr;
  // The process that created it.
  uint64_t process = 0;
};

Directory& GetDirectory() { return platform::ForkSafe<Directory>(); }

void DeleteAtExit() {
  Directory& directory = GetDirectory();
  const std::lock_guard lock(directory.mutex);
  directory.directory->Delete();
}

}  // namespace

absl::StatusOr<platform::PrivateDirectory*> PrivateCopies() {
  Directory& directory = GetDirectory();
  const std::lock_guard lock(directory.mutex);
  const uint64_t process = platform::CurrentProcessId();
  if (directory.process != process) {
    absl::StatusOr<std::unique_ptr<platform::PrivateDirectory>> created =
        platform::PrivateDirectory::Create("relib");
    if (!created.ok()) return created.status();
    // A child of fork() inherits the handler, and the object of its parent,
    // which copies of the parent may still refer to.
    if (directory.process == 0 && std::atexit(DeleteAtExit) != 0) {
      return absl::ResourceExhaustedError(
          "the C library takes no more atexit() "
          "handlers");
    }
    directory.directory = created->release();
    directory.process = process;
  }
  return directory.directory;
}

absl::StatusOr<OpenPrivateCopy> CopyPrivately(const std::string& path) {
  absl::StatusOr<platform::PrivateDirectory*> copies = PrivateCopies();
  if (!copies.ok()) {
    return absl::Status(
        copies.status().code(),
        absl::StrCat("can't create a directory for a private copy of ", path,
                     ": ", copies.status().message()));
  }
  std::string_view name = FileName(path);
  name = name.substr(0, name.rfind('.'));
  absl::StatusOr<std::string> copy = (*copies)->CopyIn(path, std::string(name));
  absl::StatusOr<std::unique_ptr<platform::File>> file =
      copy.ok() ? platform::File::Open(*copy) : copy.status();
  if (!file.ok()) {
    if (copy.ok()) (*copies)->Remove(*copy);
    return absl::Status(file.status().code(),
                        absl::StrCat("can't make a private copy of ", path,
                                     ": ", file.status().message()));
  }
  const PrivateCopy files = {
      .library = *copy,
      .debug_file = CopyDebugFile(path, *copy, **file, **copies)};
  return OpenPrivateCopy{.copy = std::shared_ptr<const PrivateCopy>(
                             new PrivateCopy(files),
                             [copies = *copies](const PrivateCopy* copy) {
                               copies->Remove(copy->library);
                               if (!copy->debug_file.empty()) {
                                 copies->Remove(copy->debug_file);
                               }
                               delete copy;
                             }),
                         .file = *std::move(file)};
}

PreparedCopy::PreparedCopy(const PrivateCopy& copy) {
  absl::StatusOr<platform::PrivateDirectory*> copies = PrivateCopies();
  if (!copies.ok()) return;
  file_ = (*copies)->Prepare(copy.library);
  copies_ = *copies;
}

PreparedCopy::~PreparedCopy() {
  if (!file_.empty()) copies_->Withdraw(file_);
}

bool HasContentsOf(const PrivateCopy& copy, const std::string& path) {
  const auto original = platform::File::Open(path);
  const auto library = platform::File::Open(copy.library);
  if (!original.ok() || !library.ok() ||
      (*original)->size() != (*library)->size()) {
    return false;
  }
  const Range name = NameOfDebugFile(copy, **library);
  const uint64_t end = (*library)->size();
  // Builds mostly differ in the first bytes, by their build id or timestamp.
  std::vector<char> ours(4096);
  std::vector<char> theirs(ours.size());
  for (uint64_t offset = 0; offset < end; offset += ours.size()) {
    if (offset > 0) {
      ours.resize(size_t{1} << 16);
      theirs.resize(ours.size());
    }
    const size_t size = std::min<uint64_t>(ours.size(), end - offset);
    if (!(*library)->ReadAt(offset, ours.data(), size) ||
        !(*original)->ReadAt(offset, theirs.data(), size)) {
      return false;
    }
    for (uint64_t at = std::max(offset, name.begin);
         at < std::min(offset + size, name.end); ++at) {
      ours[at - offset] = theirs[at - offset];
    }
    if (std::memcmp(ours.data(), theirs.data(), size) != 0) return false;
  }
  return true;
}

}  // namespace relib::internal
