#include "bench/harness/module_files.h"

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/host/files/private_directory.h"
#include "platform/host/library.h"

namespace relib::bench {
namespace {

// Returns the path of the module's file. `bazel run` starts programs in the
// runfiles of this workspace; `bazel test` names the directory of the runfiles.
std::string ModuleFile(std::string_view target) {
  const size_t name = target.rfind('/') + 1;
  const std::string file =
      absl::StrCat("bench/", target.substr(0, name), platform::kLibraryPrefix,
                   target.substr(name), platform::kLibrarySuffix);
  const char* runfiles = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  const std::string path =
      runfiles != nullptr && workspace != nullptr
          ? absl::StrCat(runfiles, "/", workspace, "/", file)
          : file;
  CHECK(std::filesystem::exists(path))
      << path << " does not exist. Start this program with `bazel run`.";
  return path;
}

platform::PrivateDirectory& Copies() {
  // Destroyed at exit on purpose, which deletes the directory.
  static const std::unique_ptr<platform::PrivateDirectory> directory = [] {
    absl::StatusOr<std::unique_ptr<platform::PrivateDirectory>> created =
        platform::PrivateDirectory::Create("relib-bench");
    CHECK_OK(created.status());
    return *std::move(created);
  }();
  return *directory;
}

}  // namespace

std::string CopyOfModule(std::string_view target) {
  absl::StatusOr<std::string> copy = Copies().CopyIn(
      ModuleFile(target), std::string(target.substr(target.rfind('/') + 1)));
  CHECK_OK(copy.status());
  return *std::move(copy);
}

std::string OtherCopyOfModule(std::string_view target) {
  std::string copy = CopyOfModule(target);
  std::ofstream(copy, std::ios::binary | std::ios::app) << "other";
  return copy;
}

ReplacedFile::ReplacedFile(std::vector<std::string> versions)
    : versions_(std::move(versions)),
      path_(absl::StrCat(versions_.front(), ".current",
                         platform::kLibrarySuffix)) {
  std::filesystem::create_hard_link(versions_.front(), path_);
}

void ReplacedFile::Replace() {
  current_ = (current_ + 1) % versions_.size();
  const std::string next = absl::StrCat(path_, ".next");
  std::filesystem::create_hard_link(versions_[current_], next);
  std::filesystem::rename(next, path_);
}

}  // namespace relib::bench
