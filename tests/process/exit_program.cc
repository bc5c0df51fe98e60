// Ends with a module that is loaded. The arguments are the way in which it
// holds the module, the path of the module, and that of the module's journal.
// Prints the path of the private copy.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "relib/host.h"
#include "tests/process/journal.h"

namespace {

using JournalModule = relib::Module<journal::Exports>;

std::optional<JournalModule> of_namespace;
std::unique_ptr<JournalModule> another_of_namespace;

JournalModule LoadJournal(const std::string& path, const std::string& file) {
  absl::StatusOr<JournalModule> module =
      relib::Load<journal::Exports>(path, {.private_copy = true});
  if (!module.ok() || !module->exports().open(file).ok()) {
    std::fprintf(stderr, "%s\n", module.status().ToString().c_str());
    std::_Exit(2);
  }
  std::printf("%s\n", module->mapped_path().c_str());
  std::fflush(stdout);
  return *std::move(module);
}

void Use(JournalModule& module) {
  static_cast<void>(module.exports().construct_late());
  static_cast<void>(module.exports().work());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string_view how = argv[1];
  const std::string path = argv[2];
  const std::string file = argv[3];
  if (how == "namespace") {
    of_namespace.emplace(LoadJournal(path, file));
    Use(*of_namespace);
  } else if (how == "two") {
    of_namespace.emplace(LoadJournal(path, file));
    another_of_namespace =
        std::make_unique<JournalModule>(LoadJournal(path, file + "2"));
    Use(*of_namespace);
    Use(*another_of_namespace);
  } else if (how == "static") {
    static JournalModule of_function = LoadJournal(path, file);
    Use(of_function);
  } else if (how == "exit") {
    // The destructor never runs.
    JournalModule local = LoadJournal(path, file);
    Use(local);
    std::exit(0);
  } else if (how == "crashing") {
    static JournalModule of_function = [&] {
      absl::StatusOr<JournalModule> module = relib::Load<journal::Exports>(
          path, {.private_copy = true, .crash_guard = true});
      static_cast<void>(module->exports().open(file));
      static_cast<void>(module->exports().set_before_unload(0, true));
      std::printf("%s\n", module->mapped_path().c_str());
      return *std::move(module);
    }();
    Use(of_function);
  } else {
    return 2;
  }
  return 0;
}
