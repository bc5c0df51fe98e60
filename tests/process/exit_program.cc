// Ends with a module that is loaded. The arguments are the way in which it ends
// and holds the module, the path of the module, and that of the module's
// journal. Prints "copy " and the path of each private copy.

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "relib/host.h"
#include "relib/reload/reloader.h"
#include "tests/process/journal.h"

namespace {

using JournalModule = relib::Module<journal::Exports>;

std::string path;
std::string file;

std::optional<JournalModule> of_namespace;
std::unique_ptr<JournalModule> another_of_namespace;
std::vector<JournalModule> several_of_namespace;
std::optional<relib::Reloader<journal::Exports>> reloader_of_namespace;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::_Exit(2);
}

void Print(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void Begin(const JournalModule& module, const std::string& journal) {
  Check(module.exports().open(journal));
  Print(absl::StrCat("copy ", module.mapped_path()));
}

JournalModule LoadJournal(const std::string& journal,
                          bool crash_guard = false) {
  absl::StatusOr<JournalModule> module = relib::Load<journal::Exports>(
      path, {.private_copy = true, .crash_guard = crash_guard});
  Check(module.status());
  Begin(*module, journal);
  return *std::move(module);
}

void Use(const JournalModule& module) {
  Check(module.exports().construct_late());
  Check(module.exports().work().status());
}

// Starts a call that returns after `milliseconds`.
void StartCall(const JournalModule& module, int milliseconds) {
  std::thread([&module, milliseconds] {
    static_cast<void>(module.exports().sleep(milliseconds));
  }).detach();
  while (*module.exports().sleeping() == 0) std::this_thread::yield();
}

void OfNamespace() {
  of_namespace.emplace(LoadJournal(file));
  Use(*of_namespace);
}

void Two() {
  of_namespace.emplace(LoadJournal(file));
  another_of_namespace =
      std::make_unique<JournalModule>(LoadJournal(file + "2"));
  Use(*of_namespace);
  Use(*another_of_namespace);
}

void Static() {
  static JournalModule of_function = LoadJournal(file);
  Use(of_function);
}

void OfReloader() {
  reloader_of_namespace.emplace(relib::ReloadOptions{.module = path});
  Check(reloader_of_namespace->Start(absl::Seconds(30)));
  Begin(*reloader_of_namespace->module(), file);
  Use(*reloader_of_namespace->module());
}

// The destructor of the Module never runs.
void Local() {
  const JournalModule local = LoadJournal(file);
  Use(local);
  std::exit(0);
}

void InModule() {
  OfNamespace();
  static_cast<void>(of_namespace->exports().exit(0));
  std::_Exit(2);
}

void Crashing() {
  static JournalModule of_function = [] {
    JournalModule module = LoadJournal(file, /*crash_guard=*/true);
    Check(module.exports().set_before_unload(0, true));
    return module;
  }();
  Use(of_function);
}

void CallReturns() {
  OfNamespace();
  StartCall(*of_namespace, 300);
}

void CallsHang() {
  static absl::Time begin;
  // Runs after everything that relib does before the modules exit.
  std::atexit([] {
    Print(absl::StrCat("milliseconds ",
                       absl::ToInt64Milliseconds(absl::Now() - begin)));
  });
  for (const char* const suffix : {"", "2", "3"}) {
    several_of_namespace.push_back(LoadJournal(file + suffix));
  }
  for (const JournalModule& module : several_of_namespace) {
    Use(module);
    StartCall(module, 600'000);
  }
  begin = absl::Now();
}

// Prints what became of something: "unload OK", "unload kStays".
template <typename Error>
void PrintOutcome(std::string_view what, const absl::Status& status,
                  std::optional<Error> error) {
  Print(absl::StrCat(what, " ",
                     status.ok()         ? "OK"
                     : error.has_value() ? relib::ToString(*error)
                                         : status.message()));
}

void TooLate() {
  static JournalModule* leaked;
  // Runs when modules have been closed, and before the program's objects that
  // are older are destroyed.
  std::atexit([] {
    const absl::Status call = leaked->exports().work().status();
    PrintOutcome("call", call, relib::CallErrorOf(call));
    const absl::Status unload = leaked->Unload().status();
    PrintOutcome("unload", unload, relib::UnloadErrorOf(unload));
    const absl::Status load = relib::Load<journal::Exports>(path).status();
    PrintOutcome("load", load, relib::LoadErrorOf(load));
  });
  leaked = new JournalModule(LoadJournal(file));
  Use(*leaked);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  path = argv[2];
  file = argv[3];
  const std::map<std::string_view, std::function<void()>> ways = {
      {"namespace", OfNamespace}, {"two", Two},
      {"static", Static},         {"reloader", OfReloader},
      {"local", Local},           {"in_module", InModule},
      {"crashing", Crashing},     {"call_returns", CallReturns},
      {"calls_hang", CallsHang},  {"too_late", TooLate},
  };
  ways.at(argv[1])();
  return 0;
}
