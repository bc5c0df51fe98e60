// host MODULE BUILD_COMMAND [TICKS]

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "relib/reload/reloader.h"
#include "relib/state/state.h"
#include "world.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: bazel run //:host\n";
    return 2;
  }
  const int ticks = argc > 3 ? std::atoi(argv[3]) : 0;
  // `bazel run` starts the program outside of the workspace.
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");

  relib::State<World> world;
  relib::Reloader<GameExports> reloader({
      .module = std::filesystem::absolute(argv[1]).string(),
      .watch = {"."},
      .build = argv[2],
      .working_directory = workspace == nullptr ? "" : workspace,
      .build_on_start = false,
      .crash_guard = true,
      .states = {&world},
  });
  reloader.OnReload([](const relib::ReloadEvent& event) {
    std::cout << event.ToString() << "\n" << event.output << std::flush;
  });

  for (int tick = 0; ticks == 0 || tick < ticks; ++tick) {
    reloader.Poll();
    const auto line = reloader.exports().update(*world);
    if (line.ok()) std::cout << *line << std::endl;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return reloader.Stop().ok() ? 0 : 1;
}
