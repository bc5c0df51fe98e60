// Shows a scene that a module moves and draws. Reloads the module whenever its
// source or scene.h is saved, and keeps the scene.
//
//   bazel run //examples:hot_reload
//
// By hand:
//
//   hot_reload --module=FILE --watch=FILE_OR_DIRECTORY,... --build=COMMAND

#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/reload_flags.h"
#include "examples/hot_reload/scene.h"
#include "examples/hot_reload/screen.h"
#include "examples/terminal/terminal.h"
#include "relib/reload/reloader.h"
#include "relib/state/state.h"

namespace {

constexpr absl::Duration kFrame = absl::Milliseconds(33);

// The value of --size.
struct FixedSize : relib::platform::TerminalSize {};

bool AbslParseFlag(std::string_view text, FixedSize* size, std::string* error) {
  char end;
  if (std::sscanf(std::string(text).c_str(), "%dx%d%c", &size->columns,
                  &size->rows, &end) == 2 &&
      size->columns >= 1 && size->rows >= 4) {
    return true;
  }
  *error = "must be COLUMNSxROWS, with at least 4 rows";
  return false;
}

std::string AbslUnparseFlag(const FixedSize& size) {
  return absl::StrCat(size.columns, "x", size.rows);
}

}  // namespace

ABSL_FLAG(std::optional<FixedSize>, size, std::nullopt,
          "COLUMNSxROWS of the picture, instead of the size of the terminal");
ABSL_FLAG(int, until_version, 0,
          "the version after which the program ends, a second later; 0: none "
          "(a test sets it)");

int main(int argc, char** argv) {
  relib::ReloadOptions options = ParseReloadFlags(argc, argv);
  const std::optional<relib::platform::TerminalSize> fixed_size =
      absl::GetFlag(FLAGS_size);
  const int until_version = absl::GetFlag(FLAGS_until_version);
  relib::State<Scene> scene;
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
        // Keys that are typed until then wait for the first version.
        screen.Show("", "");
        continue;
      }
      const SceneExports& module = reloader.exports();
      for (const char key : keys.Read()) {
        quit |= key == 'q';
        module.on_key(*scene, key).IgnoreError();
      }
      module.update(*scene, absl::ToDoubleSeconds(kFrame)).IgnoreError();
      // A module that fails does not stop the display.
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
