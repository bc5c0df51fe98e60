// Shows a scene that a module moves and draws. Reloads the module whenever its
// source or scene.h is saved, and keeps the scene.
//
//   bazel run //examples:hot_reload
//
// By hand:
//
//   hot_reload --module=FILE --watch=FILE_OR_DIRECTORY --build=COMMAND
//
//   --size=COLUMNSxROWS  replaces the size of the terminal
//   --until_version=N    exits a second after version N has started; for the
//   test

#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/flags.h"
#include "examples/hot_reload/scene.h"
#include "examples/hot_reload/screen.h"
#include "examples/terminal/terminal.h"
#include "relib/reload/reloader.h"
#include "relib/state/state.h"

namespace {

constexpr absl::Duration kFrame = absl::Milliseconds(33);

bool ParseSize(const std::string& text,
               std::optional<relib::platform::TerminalSize>* size) {
  relib::platform::TerminalSize parsed;
  char end;
  if (std::sscanf(text.c_str(), "%dx%d%c", &parsed.columns, &parsed.rows,
                  &end) != 2 ||
      parsed.columns < 1 || parsed.rows < 4) {
    return false;
  }
  *size = parsed;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  relib::State<Scene> scene;
  relib::ReloadOptions options;
  std::optional<relib::platform::TerminalSize> fixed_size;
  int until_version = 0;
  if (!ParseFlags("hot_reload", argc, argv, &options,
                  {{"--size",
                    [&](const std::string& text) {
                      return ParseSize(text, &fixed_size);
                    }},
                   {"--until_version", [&](const std::string& text) {
                      return absl::SimpleAtoi(text, &until_version);
                    }}})) {
    return 2;
  }
  options.crash_guard = true;
  options.states = {&scene};

  relib::platform::CatchInterrupt();
  relib::Reloader<SceneExports> reloader(options);
  absl::Status stopped;
  {
    const auto size = [&] {
      return fixed_size.value_or(relib::platform::SizeOfTerminal().value_or(
          relib::platform::TerminalSize{.columns = 80, .rows = 24}));
    };
    Screen screen(size());
    relib::platform::KeyInput keys;
    reloader.OnReload(
        [&](const relib::ReloadEvent& event) { screen.Event(event); });

    absl::Time next_frame = absl::Now();
    absl::Time end = absl::InfiniteFuture();
    bool quit = false;
    while (!quit && !relib::platform::Interrupted() && absl::Now() < end) {
      reloader.Poll(next_frame - absl::Now());
      if (absl::Now() < next_frame) continue;
      next_frame = absl::Now() + kFrame;
      screen.SetSize(size());
      if (reloader.version() == 0) {
        // Keys are read later, so that none is lost.
        screen.Show("", "");
        continue;
      }
      const SceneExports& module = reloader.exports();
      for (const char key : keys.Read()) {
        quit |= key == 'q';
        module.on_key(*scene, key).IgnoreError();
      }
      module.update(*scene, absl::ToDoubleSeconds(kFrame)).IgnoreError();
      // If the module fails, show its error in place of the picture.
      const absl::StatusOr<std::string> picture =
          module.draw(*scene, screen.columns(), screen.rows());
      const absl::StatusOr<std::string> line = module.describe(*scene);
      screen.Show(picture.value_or(""),
                  line.ok() ? *line : line.status().message());
      if (until_version != 0 && reloader.version() >= until_version &&
          end == absl::InfiniteFuture()) {
        end = absl::Now() + absl::Seconds(1);
      }
    }
    stopped = reloader.Stop();
  }
  if (!stopped.ok()) std::cerr << stopped.message() << "\n";
  return stopped.ok() ? 0 : 1;
}
