#include "examples/common/flags.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include "relib/reload/options.h"

bool ParseFlags(std::string_view name, int argc, char** argv,
                relib::ReloadOptions* reload, const MoreFlags& more) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::string_view flag = argument.substr(0, argument.find('='));
    const std::string value(
        argument.substr(std::min(flag.size() + 1, argument.size())));
    const auto other = more.find(flag);
    bool ok = true;
    if (flag == "--module") {
      reload->module = value;
    } else if (flag == "--watch") {
      reload->watch.push_back(value);
    } else if (flag == "--build") {
      reload->build = value;
    } else {
      ok = other != more.end() && other->second(value);
    }
    if (!ok) {
      std::cerr << name << ": what does " << argument << " mean?\n";
      return false;
    }
  }
  if (reload->module.empty()) {
    std::cerr << "usage: " << name
              << " --module=FILE --watch=FILE_OR_FOLDER --build=COMMAND\n"
                 "The easy way: bazel run //examples:"
              << name << "\n";
    return false;
  }
  // `bazel run` starts programs among their data, far from the sources.
  reload->module = std::filesystem::absolute(reload->module).string();
  if (const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY")) {
    reload->working_directory = workspace;
  }
  // Whoever started this has just built the module.
  reload->build_on_start = !std::filesystem::exists(reload->module);
  return true;
}
