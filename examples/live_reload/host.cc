// Calls a module once per second, and reloads it whenever its source is saved.
//
//   bazel run //examples:live_reload
//
// By hand:
//
//   live_reload --module=FILE --watch=FILE_OR_DIRECTORY,... --build=COMMAND

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/reload_flags.h"
#include "examples/live_reload/display.h"
#include "examples/live_reload/greeter.h"
#include "examples/terminal/terminal.h"
#include "relib/reload/reloader.h"

ABSL_FLAG(int, until_version, 0,
          "the version whose first call ends the program; 0: none (a test sets "
          "it)");
ABSL_FLAG(int, tick_ms, 1000, "milliseconds between two calls");

int main(int argc, char** argv) {
  const relib::ReloadOptions options = ParseReloadFlags(argc, argv);
  const int until_version = absl::GetFlag(FLAGS_until_version);
  const absl::Duration tick_time =
      absl::Milliseconds(absl::GetFlag(FLAGS_tick_ms));
  const absl::Time begin = absl::Now();

  Display display;
  relib::platform::CatchInterrupt();
  int version = 0;
  relib::Reloader<GreeterExports> reloader(
      options, GreeterImports{.print = [&](std::string_view line) {
        display.ModuleLine(version, line);
      }});
  reloader.OnReload(
      [&](const relib::ReloadEvent& event) { display.Event(event); });

  display.Welcome(options.watch.empty() ? options.module
                                        : options.watch.front());
  absl::Time next_tick = begin;
  for (int tick = 1; !relib::platform::Interrupted();) {
    // Waits are short, so that the program reacts to Ctrl-C soon.
    constexpr absl::Duration kMaxWait = absl::Milliseconds(50);
    reloader.Poll(version == 0 ? kMaxWait
                               : std::min(next_tick - absl::Now(), kMaxWait));
    const bool is_new = reloader.version() != version;
    version = reloader.version();
    if (version == 0 || (!is_new && absl::Now() < next_tick)) continue;
    next_tick = absl::Now() + tick_time;
    const absl::Status status = reloader.exports().on_tick(tick++);
    if (!status.ok()) display.Problem(status.message());
    if (until_version != 0 && version >= until_version) break;
  }
  const absl::Status stopped = reloader.Stop();
  display.Summary(absl::Now() - begin, stopped);
  return stopped.ok() ? 0 : 1;
}
