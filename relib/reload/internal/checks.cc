#include "relib/reload/internal/checks.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "relib/errors.h"
#include "relib/reload/options.h"

namespace relib::internal {

std::string AbsolutePath(const std::string& directory,
                         const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(std::filesystem::path(directory) / path, error);
  return error ? path : absolute.string();
}

absl::Status CheckOptions(const ReloadOptions& options) {
  if (!options.build.empty() && options.watch.empty()) {
    return absl::InvalidArgumentError(
        "ReloadOptions has a build command and nothing to watch: set `watch` "
        "to the directories of the sources");
  }
  if (options.build.empty() && !options.watch.empty()) {
    return absl::InvalidArgumentError(
        "ReloadOptions has sources to watch and no command to build them: set "
        "`build`, or leave `watch` empty to watch the file of the module");
  }
  return absl::OkStatus();
}

bool MayBeIncomplete(const absl::Status& status, bool was_built) {
  switch (LoadErrorOf(status).value_or(LoadError::kIncompatible)) {
    case LoadError::kChangedWhileLoading:
      return true;
    case LoadError::kNotFound:
    case LoadError::kNotAModule:
    case LoadError::kLoaderFailed:
    case LoadError::kCopyFailed:
      return !was_built;
    default:
      return false;
  }
}

bool IsInterfaceMismatch(const absl::Status& status) {
  switch (LoadErrorOf(status).value_or(LoadError::kNotFound)) {
    case LoadError::kIncompatible:
    case LoadError::kMissingExport:
    case LoadError::kMissingImport:
    case LoadError::kSignatureMismatch:
      return true;
    default:
      return false;
  }
}

}  // namespace relib::internal
