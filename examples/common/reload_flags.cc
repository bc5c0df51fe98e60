#include "examples/common/reload_flags.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "relib/reload/options.h"

ABSL_FLAG(std::string, module, "", "file of the module");
ABSL_FLAG(std::vector<std::string>, watch, {},
          "files and directories, separated by commas; a change in one of them "
          "starts the build");
ABSL_FLAG(std::string, build, "", "command that builds the module");

relib::ReloadOptions ParseReloadFlags(int argc, char** argv) {
  const std::string name = std::filesystem::path(argv[0]).stem().string();
  absl::SetProgramUsageMessage(absl::StrCat(
      "--module=FILE --watch=FILE_OR_DIRECTORY,... --build=COMMAND\n"
      "The easy way: bazel run //examples:",
      name));
  // --help shows the flags of the examples, and not those of libraries.
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](std::string_view file) {
    return absl::StrContains(file, "examples/");
  };
  absl::SetFlagsUsageConfig(usage);
  const bool has_arguments = absl::ParseCommandLine(argc, argv).size() > 1;
  relib::ReloadOptions options;
  options.module = absl::GetFlag(FLAGS_module);
  options.watch = absl::GetFlag(FLAGS_watch);
  options.build = absl::GetFlag(FLAGS_build);
  if (has_arguments || options.module.empty()) {
    std::cerr << "usage: " << name << " " << absl::ProgramUsageMessage()
              << "\n";
    std::exit(2);
  }
  // `bazel run` starts a program among its data, far from the sources.
  options.module = std::filesystem::absolute(options.module).string();
  if (const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY")) {
    options.working_directory = workspace;
  }
  // `bazel run` has just built the module.
  options.build_on_start = !std::filesystem::exists(options.module);
  return options;
}
