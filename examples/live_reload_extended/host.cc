// Counts, while the interface that it shares with its module may change. After
// a change of the interface it restarts, and goes on counting.
//
//   bazel run //examples:live_reload_extended
//
// By hand:
//
//   live_reload_extended --module=FILE --watch=FILE_OR_DIRECTORY,...
//                        --build=COMMAND

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/reload_flags.h"
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

// Restarts this program with its state. Returns only if that fails.
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

ABSL_FLAG(int, tick_ms, 1000, "milliseconds between two calls");
ABSL_FLAG(int, until_total, 0, "the total that ends the program; 0: none");
ABSL_FLAG(std::string, state, "",
          "file with the state that the program had before it restarted");

int main(int argc, char** argv) {
  relib::ReloadOptions options = ParseReloadFlags(argc, argv);
  const absl::Duration tick_time =
      absl::Milliseconds(absl::GetFlag(FLAGS_tick_ms));
  const int until_total = absl::GetFlag(FLAGS_until_total);
  const std::string state = absl::GetFlag(FLAGS_state);
  relib::State<Counter> counter;
  // The command line of a restart, which adds its own --state.
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
    next_tick = absl::Now() + tick_time;
    const absl::StatusOr<std::string> line =
        reloader.exports().count(*counter, 1);
    std::cout << (line.ok() ? *line : line.status().message()) << std::endl;
    if (const auto value = counter.Get(); value.ok()) total = (*value)->total;
  }
  return reloader.Stop().ok() ? 0 : 1;
}
