// Calls a module once per second, and reloads it whenever its source is saved.
//
//   bazel run //examples:live_reload
//
// By hand:
//
//   live_reload --module=FILE --watch=FILE_OR_DIRECTORY --build=COMMAND
//
//   --until_version=N  exits after the first call of version N; for the test
//   --tick_ms=N        sets the time between two calls; the default is 1000

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/flags.h"
#include "examples/live_reload/display.h"
#include "examples/live_reload/greeter.h"
#include "examples/terminal/terminal.h"
#include "relib/reload/reloader.h"

int main(int argc, char** argv) {
  relib::ReloadOptions options;
  int until_version = 0;
  int tick_ms = 1000;
  const auto number = [](int* variable) {
    return [variable](const std::string& value) {
      return absl::SimpleAtoi(value, variable);
    };
  };
  if (!ParseFlags("live_reload", argc, argv, &options,
                  {{"--until_version", number(&until_version)},
                   {"--tick_ms", number(&tick_ms)}})) {
    return 2;
  }
  const absl::Time begin = absl::Now();
  const absl::Duration tick_time = absl::Milliseconds(tick_ms);

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
    // The wait is short so that the program reacts to Ctrl-C soon.
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
