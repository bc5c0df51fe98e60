#ifndef RELIB_RELOAD_RELOADER_FIXTURE_H_
#define RELIB_RELOAD_RELOADER_FIXTURE_H_

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "platform/host/monotonic_time.h"
#include "relib/reload/event.h"
#include "relib/reload/options.h"
#include "relib/reload/reloader.h"
#include "relib/reload/testdata/versioned.h"
#include "tests/support/test_files.h"

namespace relib {

// Limit for every wait. No test takes so long unless it fails.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// Returns the path of a module in testdata.
inline std::string TestModule(std::string_view name) {
  return Runfile(absl::StrCat("relib/reload/testdata/",
                              platform::kLibraryPrefix, name,
                              platform::kLibrarySuffix));
}

// Copies the module `name` of testdata to the library `file` in `directory`,
// and replaces that in one step.
inline void InstallMember(const TestDirectory& directory, std::string_view name,
                          std::string_view file) {
  const std::string path =
      directory / absl::StrCat(file, platform::kLibrarySuffix);
  WriteFile(path + ".new", ReadFile(TestModule(name)));
  std::filesystem::rename(path + ".new", path);
}

// Returns the path of the program that the tests use as a build command.
inline std::string FakeBuild() {
  std::string program = Runfile("relib/reload/testdata/fake_build");
  if (!std::filesystem::exists(program)) program += ".exe";
  return std::filesystem::path(program).make_preferred().string();
}

inline std::vector<ReloadEvent::Kind> Kinds(
    const std::vector<ReloadEvent>& events) {
  std::vector<ReloadEvent::Kind> kinds;
  for (const ReloadEvent& event : events) kinds.push_back(event.kind);
  return kinds;
}

// GoogleTest prints events with these.
inline void PrintTo(ReloadEvent::Kind kind, std::ostream* stream) {
  *stream << ToString(kind);
}
inline void PrintTo(const ReloadEvent& event, std::ostream* stream) {
  *stream << ToString(event.kind) << ": " << event.ToString();
}

// A Reloader in a directory with sources in src/. The fake build makes the file
// "module" by copying the file "staged".
class ReloaderTest : public ::testing::Test {
 protected:
  ReloaderTest() { std::filesystem::create_directory(directory_ / "src"); }

  ReloadOptions BuildOptions() const {
    return {
        .module = absl::StrCat("module", platform::kLibrarySuffix),
        .watch = {"src"},
        .build = absl::StrCat(FakeBuild(), " module", platform::kLibrarySuffix),
        .working_directory = directory_.path()};
  }

  // Returns options without a build command.
  ReloadOptions FileOptions() const { return {.module = module_}; }

  void Create(ReloadOptions options) {
    reloader_.emplace(
        std::move(options),
        VersionedImports{
            .called = [this] { called_(); },
            .keep_running = [this] { return keep_running_.load(); }});
    reloader_->OnReload([this](const ReloadEvent& event) {
      events_.push_back(event);
      on_event_(event);
    });
  }

  // Builds the test module `name`, and starts with it as version 1.
  void StartWith(std::string_view name) {
    Stage(name);
    Create(BuildOptions());
    const absl::Status status = reloader_->Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_EQ(reloader_->version(), 1);
    events_.clear();
  }

  // Starts with the test module `name`, without a build command.
  void StartFileWith(std::string_view name) {
    Install(name, module_);
    Create(FileOptions());
    const absl::Status status = reloader_->Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
    events_.clear();
  }

  static void Install(std::string_view name, const std::string& path) {
    WriteFile(path, ReadFile(TestModule(name)));
  }
  // Makes the test module `name` the result of the next build.
  void Stage(std::string_view name) { Install(name, directory_ / "staged"); }

  void Save(std::string_view file = "a.cc") {
    WriteFile(directory_ / absl::StrCat("src/", file),
              absl::StrCat("edit ", ++edits_));
  }

  // Keep builds from ending, and let them end.
  void Hold() { WriteFile(directory_ / "hold", ""); }
  void LetGo() { std::filesystem::remove(directory_ / "hold"); }

  // Returns false if `condition` does not become true.
  bool PollUntil(const std::function<bool()>& condition) {
    const platform::MonotonicTime deadline =
        platform::MonotonicTime::Now() + kPatience;
    while (!condition()) {
      if (platform::MonotonicTime::Now() > deadline) return false;
      reloader_->Poll(absl::Milliseconds(50));
    }
    return true;
  }

  // Polls until the `count`th event of the given kind, and returns it.
  ReloadEvent Await(ReloadEvent::Kind kind, int count = 1) {
    const ReloadEvent* found = nullptr;
    PollUntil([&] {
      int seen = 0;
      for (const ReloadEvent& event : events_) {
        if (event.kind == kind && ++seen == count) found = &event;
      }
      return found != nullptr;
    });
    EXPECT_NE(found, nullptr) << "no " << ToString(kind) << " among "
                              << ::testing::PrintToString(events_);
    return found == nullptr ? ReloadEvent() : *found;
  }

  // Polls for a while, during which the test expects nothing to happen.
  void PollFor(absl::Duration duration) {
    const platform::MonotonicTime deadline =
        platform::MonotonicTime::Now() + duration;
    while (platform::MonotonicTime::Now() < deadline)
      reloader_->Poll(deadline - platform::MonotonicTime::Now());
  }

  // Returns the number of the test module that runs.
  int Number() {
    const absl::StatusOr<int> number = reloader_->exports().number();
    EXPECT_TRUE(number.ok()) << number.status();
    return number.value_or(-1);
  }

  // Returns how many builds have started.
  int Builds() {
    const std::string log = ReadFile(directory_ / "builds.log");
    return static_cast<int>(std::count(log.begin(), log.end(), '\n'));
  }

  TestDirectory directory_;
  const std::string module_ =
      directory_ / absl::StrCat("module", platform::kLibrarySuffix);
  int edits_ = 0;
  std::vector<ReloadEvent> events_;
  std::function<void(const ReloadEvent&)> on_event_ = [](const ReloadEvent&) {};
  std::function<void()> called_ = [] {};
  std::atomic<bool> keep_running_ = true;
  std::optional<Reloader<VersionedExports>> reloader_;
};

}  // namespace relib

#endif  // RELIB_RELOAD_RELOADER_FIXTURE_H_
