// Counts, and survives a change of the interface that it shares with its
// module: it saves its state, restarts, and continues to count.
//
//   bazel run //examples:live_reload_extended
//
// By hand:
//
//   live_reload_extended --module=FILE --watch=FILE_OR_DIRECTORY
//   --build=COMMAND
//
//   --tick_ms=N        sets the time between two calls; the default is 1000
//   --until_total=N    exits when the counter reaches N; for the test
//   --state=FILE       restores the state that was saved before a restart

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/flags.h"
#include "examples/live_reload_extended/counter.h"
#include "examples/program/program.h"
#include "examples/terminal/terminal.h"
#include "relib/reload/reloader.h"
#include "relib/state/state.h"

namespace {

namespace platform = relib::platform;

std::filesystem::file_time_type TimeOfProgram() {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(
      platform::ProgramPath().value_or(""), error);
  return error ? std::filesystem::file_time_type() : time;
}

absl::Status Restore(const std::string& file, relib::State<Counter>& counter) {
  absl::StatusOr<relib::StateCheckpoint> checkpoint =
      relib::StateCheckpoint::LoadFrom(file);
  if (!checkpoint.ok()) return checkpoint.status();
  std::filesystem::remove(file);
  return counter.Restore(*checkpoint).status();
}

// Replaces this process by the rebuilt program. Returns only on an error.
absl::Status SaveAndRestart(std::vector<std::string> arguments,
                            relib::Reloader<CounterExports>& reloader,
                            const relib::State<Counter>& counter) {
  absl::Status status = reloader.Stop();
  if (!status.ok()) return status;
  const absl::StatusOr<relib::StateCheckpoint> checkpoint =
      counter.Checkpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  const std::string file = platform::ProgramPath().value() + ".state";
  status = checkpoint->SaveTo(file);
  if (!status.ok()) return status;
  arguments.push_back("--state=" + file);
  return platform::ReplaceProgram(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  relib::State<Counter> counter;
  relib::ReloadOptions options;
  int tick_ms = 1000;
  int until_total = 0;
  std::string state;
  const auto number = [](int* variable) {
    return [variable](const std::string& value) {
      return absl::SimpleAtoi(value, variable);
    };
  };
  if (!ParseFlags("live_reload_extended", argc, argv, &options,
                  {{"--tick_ms", number(&tick_ms)},
                   {"--until_total", number(&until_total)},
                   {"--state", [&](const std::string& value) {
                      state = value;
                      return true;
                    }}})) {
    return 2;
  }
  std::vector<std::string> arguments;
  std::copy_if(argv + 1, argv + argc, std::back_inserter(arguments),
               [](std::string_view argument) {
                 return !argument.starts_with("--state=");
               });
  if (!state.empty()) {
    const absl::Status restored = Restore(state, counter);
    std::cout << (restored.ok() ? "restarted with the saved state"
                                : restored.message())
              << std::endl;
  }

  const auto time_of_program = TimeOfProgram();
  bool is_incompatible = false;
  options.states = {&counter};
  options.on_incompatible = [&](const absl::Status&) {
    is_incompatible = true;
    std::cout << "this program was built with another interface; it restarts "
                 "as soon as it has been rebuilt"
              << std::endl;
  };
  relib::Reloader<CounterExports> reloader(options);
  reloader.OnReload([&](const relib::ReloadEvent& event) {
    is_incompatible &= event.kind != relib::ReloadEvent::Kind::kReloaded;
    std::cout << event.ToString() << "\n" << event.output << std::flush;
  });

  platform::CatchInterrupt();
  absl::Time next_tick = absl::Now();
  int total = 0;
  while (!platform::Interrupted() &&
         (until_total == 0 || total < until_total)) {
    reloader.Poll(std::min(next_tick - absl::Now(), absl::Milliseconds(50)));
    if (is_incompatible && TimeOfProgram() != time_of_program) {
      std::cout << SaveAndRestart(arguments, reloader, counter).message()
                << std::endl;
      return 1;
    }
    if (absl::Now() < next_tick || reloader.version() == 0) continue;
    next_tick = absl::Now() + absl::Milliseconds(tick_ms);
    const absl::StatusOr<std::string> line =
        reloader.exports().count(*counter, 1);
    std::cout << (line.ok() ? *line : line.status().message()) << std::endl;
    if (const auto value = counter.Get(); value.ok()) total = (*value)->total;
  }
  return reloader.Stop().ok() ? 0 : 1;
}
