// Calls a module once per second, and replaces it whenever its source is saved.
//
//   bazel run //examples:live_reload
//
// By hand:
//
//   live_reload --module=FILE --watch=FILE_OR_FOLDER --build=COMMAND
//
//   --until_version=N  ends when version N has spoken; for the test
//   --tick_ms=N        the time between two calls, instead of 1000

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/live_reload/display.h"
#include "examples/live_reload/greeter.h"
#include "platform/terminal.h"
#include "relib/reload/reloader.h"

namespace {

struct Flags {
  relib::ReloadOptions reload;
  int until_version = 0;
  int tick_ms = 1000;
};

// False, with a message, for a command line that makes no sense.
bool Parse(int argc, char** argv, Flags* flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::string_view name = argument.substr(0, argument.find('='));
    const std::string value(
        argument.substr(std::min(name.size() + 1, argument.size())));
    bool ok = true;
    if (name == "--module") {
      flags->reload.module = value;
    } else if (name == "--watch") {
      flags->reload.watch.push_back(value);
    } else if (name == "--build") {
      flags->reload.build = value;
    } else if (name == "--until_version") {
      ok = absl::SimpleAtoi(value, &flags->until_version);
    } else if (name == "--tick_ms") {
      ok = absl::SimpleAtoi(value, &flags->tick_ms);
    } else {
      ok = false;
    }
    if (!ok) {
      std::cerr << "live_reload: what does " << argument << " mean?\n";
      return false;
    }
  }
  if (flags->reload.module.empty()) {
    std::cerr << "usage: live_reload --module=FILE --watch=FILE_OR_FOLDER "
                 "--build=COMMAND\n"
                 "The easy way: bazel run //examples:live_reload\n";
    return false;
  }
  // `bazel run` starts programs among their data, far from the sources.
  flags->reload.module =
      std::filesystem::absolute(flags->reload.module).string();
  if (const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY")) {
    flags->reload.working_directory = workspace;
  }
  // Whoever started this has just built the module.
  flags->reload.build_on_start = !std::filesystem::exists(flags->reload.module);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  if (!Parse(argc, argv, &flags)) return 2;
  const absl::Time begin = absl::Now();
  const absl::Duration tick_time = absl::Milliseconds(flags.tick_ms);

  Display display;
  relib::platform::CatchInterrupt();
  int version = 0;
  relib::Reloader<GreeterExports> reloader(
      flags.reload, GreeterImports{.print = [&](std::string_view line) {
        display.ModuleLine(version, line);
      }});
  reloader.OnReload(
      [&](const relib::ReloadEvent& event) { display.Event(event); });

  display.Welcome(flags.reload.watch.empty() ? flags.reload.module
                                             : flags.reload.watch.front());
  absl::Time next_tick = begin;
  for (int tick = 1; !relib::platform::Interrupted();) {
    // Short waits, so that Ctrl-C needn't wait for long.
    constexpr absl::Duration kLongestWait = absl::Milliseconds(50);
    reloader.Poll(version == 0
                      ? kLongestWait
                      : std::min(next_tick - absl::Now(), kLongestWait));
    const bool is_new = std::exchange(version, reloader.version()) != version;
    if (version == 0 || (!is_new && absl::Now() < next_tick)) continue;
    next_tick = absl::Now() + tick_time;
    const absl::Status status = reloader.exports().on_tick(tick++);
    if (!status.ok()) display.Problem(status.message());
    if (flags.until_version != 0 && version >= flags.until_version) break;
  }
  const absl::Status left = reloader.Stop();
  display.Summary(absl::Now() - begin, left);
  return left.ok() ? 0 : 1;
}
