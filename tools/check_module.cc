// Copies a library to its final name if relib can unload it, and fails with the
// reason otherwise. Runs as an action of relib_module() (relib/defs.bzl):
//
//   check_module LIBRARY OUTPUT LABEL [OPTION...]
//
//   --sanitized        accepts the additional exports of a sanitizer
//   --stays            accepts a module that can be loaded but not unloaded
//   --pdb PDB OUTPUT   copies the PDB file as well

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/host/files/file.h"
#include "platform/image/debug_file.h"
#include "platform/image/holders.h"
#include "platform/image/image_file.h"

namespace relib::platform {
namespace {

struct Options {
  bool sanitized = false;
  bool stays = false;
};

// Returns the reasons why the module can't be unloaded, each with its remedy.
std::vector<std::string> Problems(const ImageFacts& facts,
                                  const Options& options) {
  std::vector<std::string> problems;
  if (!facts.has_manifest) {
    problems.push_back(
        "it has no relib manifest: use RELIB_EXPORTS or RELIB_MAIN "
        "(relib/module.h) in one of its sources");
  }
  if (options.stays) return problems;
  for (std::string& holder : HoldersInFile(facts)) {
    problems.push_back(std::move(holder));
  }
  if (facts.static_tls) {
    problems.push_back(
        "it uses static TLS, of which a process has a small fixed amount: "
        "remove -ftls-model=initial-exec or __attribute__((tls_model))");
  }
  if (facts.text_relocations) {
    problems.push_back(
        "it has text relocations: compile all its sources with -fPIC");
  }
  if (!options.sanitized &&
      (facts.exports.size() != 1 || facts.exports.front() != "relib_module")) {
    problems.push_back(absl::StrCat(
        "it must export only relib_module, but exports ",
        facts.exports.empty() ? "nothing" : absl::StrJoin(facts.exports, ", "),
        ": remove export attributes and flags (dllexport, -rdynamic)"));
  }
  for (const std::string& needed : facts.needed) {
    const bool is_runtime = absl::StrContains(needed, "libstdc++") ||
                            absl::StrContains(needed, "libc++") ||
                            absl::StrContains(needed, "libgcc_s") ||
                            absl::StrContains(needed, "libwinpthread");
    if (is_runtime) {
      problems.push_back(absl::StrCat(
          "it is linked against ", needed,
          ", which would keep data of the module: link the C++ runtime "
          "statically (don't pass it in linkopts)"));
    }
  }
  return problems;
}

absl::Status Copy(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::copy_file(
      from, to, std::filesystem::copy_options::overwrite_existing, error);
  if (error) {
    return absl::InternalError(
        absl::StrCat("can't write ", to, ": ", error.message()));
  }
  return absl::OkStatus();
}

// Copies the PDB file `from` of `library` to `to`, and stores the new name in
// `copy`, which is a copy of the library.
absl::Status CopyPdb(const std::string& from, const std::string& to,
                     const File& library, const std::string& copy) {
  absl::StatusOr<std::optional<DebugFileName>> name =
      FindDebugFileName(library);
  if (!name.ok()) return name.status();
  if (!name->has_value()) {
    return absl::InternalError(absl::StrCat(copy, " doesn't name a PDB file"));
  }
  if (absl::Status status = Copy(from, to); !status.ok()) return status;
  // The copy is read-only, like Bazel's input files.
  std::error_code error;
  std::filesystem::permissions(copy, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add, error);
  return SetDebugFileName(copy, **name,
                          std::filesystem::path(to).filename().string());
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() < 3) {
    std::cerr << "usage: check_module LIBRARY OUTPUT LABEL [--sanitized] "
                 "[--stays] [--pdb PDB_FILE OUTPUT]\n";
    return 2;
  }
  const std::string& library = arguments[0];
  const std::string& output = arguments[1];
  const std::string& label = arguments[2];
  const auto has = [&arguments](std::string_view option) {
    return std::find(arguments.begin() + 3, arguments.end(), option) !=
           arguments.end();
  };
  // Returns the `count` arguments after `option`, or none without that option.
  const auto after = [&arguments](std::string_view option, ptrdiff_t count) {
    const auto found =
        std::find(arguments.begin() + 3, arguments.end(), option);
    if (arguments.end() - found <= count) return std::vector<std::string>();
    return std::vector<std::string>(found + 1, found + 1 + count);
  };
  const Options options = {.sanitized = has("--sanitized"),
                           .stays = has("--stays")};

  absl::StatusOr<std::unique_ptr<File>> file = File::Open(library);
  absl::StatusOr<ImageFacts> facts =
      file.ok() ? InspectImage(**file)
                : absl::StatusOr<ImageFacts>(file.status());
  if (!facts.ok()) {
    std::cerr << label << ": " << facts.status().message() << "\n";
    return 1;
  }
  const std::vector<std::string> problems = Problems(*facts, options);
  if (!problems.empty()) {
    std::cerr << label << ": relib could not "
              << (options.stays ? "load" : "unload") << " this module:\n";
    for (const std::string& problem : problems)
      std::cerr << "  - " << problem << "\n";
    return 1;
  }
  absl::Status copied = Copy(library, output);
  if (const std::vector<std::string> pdb = after("--pdb", 2);
      copied.ok() && !pdb.empty()) {
    copied = CopyPdb(pdb[0], pdb[1], **file, output);
  }
  if (!copied.ok()) {
    std::cerr << label << ": " << copied.message() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace relib::platform

int main(int argc, char** argv) {
  return relib::platform::Main(std::vector<std::string>(argv + 1, argv + argc));
}
