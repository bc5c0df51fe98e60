#include "examples/hot_reload/screen.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "examples/terminal/terminal.h"
#include "relib/backtrace.h"
#include "relib/errors.h"
#include "relib/reload/event.h"
#include "relib/state/migration.h"

namespace {

using Kind = relib::ReloadEvent::Kind;

constexpr int kStatusRows = 3;

// Parameters of the terminal's escape sequence "select graphic rendition".
constexpr std::string_view kDim = "2";
constexpr std::string_view kRed = "1;31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";

// Returns at most `columns` characters of `text`, without characters that are
// not printable ASCII.
std::string Fitted(std::string_view text, int columns) {
  std::string line;
  for (const char character : text) {
    if (static_cast<int>(line.size()) == columns) break;
    if (absl::ascii_isprint(static_cast<unsigned char>(character))) {
      line += character;
    }
  }
  return line;
}

std::string_view FirstLineWith(std::string_view word, std::string_view text) {
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StrContains(line, word)) return line;
  }
  return text.substr(0, text.find('\n'));
}

// Returns "added Scene.sparks[].size, removed Scene.random".
std::string DescribeMigrations(
    const std::vector<relib::StateMigration>& migrations) {
  std::vector<std::string> changes;
  const auto add = [&](std::string_view what,
                       const std::vector<std::string>& fields) {
    for (const std::string& field : fields) {
      changes.push_back(absl::StrCat(what, " ", field));
    }
  };
  for (const relib::StateMigration& migration : migrations) {
    add("added", migration.added);
    add("removed", migration.removed);
    add("converted", migration.converted);
  }
  return absl::StrJoin(changes, ", ");
}

// Returns "SIGSEGV: it wrote to address 0x0, in Update at module.cc:61".
std::string DescribeCrash(const absl::Status& status) {
  const std::optional<relib::CrashInfo> crash = relib::CrashOf(status);
  if (!crash.has_value()) return std::string(status.message());
  std::string text = crash->what;
  for (const relib::BacktraceFrame& frame : crash->backtrace.frames()) {
    if (frame.file.empty()) continue;
    absl::StrAppend(
        &text, ", in ", frame.function.substr(0, frame.function.find('(')),
        " at ", frame.file.substr(frame.file.rfind('/') + 1), ":", frame.line);
    break;
  }
  return text;
}

}  // namespace

Screen::Screen(const relib::platform::TerminalSize& size) : size_(size) {
  // Switches to the alternate screen, hides the cursor, and clears the screen.
  std::cout << "\x1b[?1049h\x1b[?25l\x1b[2J" << std::flush;
}

Screen::~Screen() { std::cout << "\x1b[?25h\x1b[?1049l" << std::flush; }

void Screen::SetSize(const relib::platform::TerminalSize& size) {
  if (size.columns == size_.columns && size.rows == size_.rows) return;
  size_ = size;
  std::cout << "\x1b[2J";
}

int Screen::rows() const { return std::max(1, size_.rows - kStatusRows); }

void Screen::Event(const relib::ReloadEvent& event) {
  using relib::DurationText;
  style_ = kRed;
  switch (event.kind) {
    case Kind::kBuildStarted:
      style_ = kYellow;
      news_ = absl::StrCat("building: ", absl::StrJoin(event.changed, ", "));
      break;
    case Kind::kBuildFailed: {
      std::string_view line = FirstLineWith("error", event.output);
      // Removes the directory of the file.
      const size_t directory = line.substr(0, line.find(':')).rfind('/');
      if (directory != std::string_view::npos)
        line.remove_prefix(directory + 1);
      news_ = absl::StrCat("the build failed: ", line);
      break;
    }
    case Kind::kReloaded: {
      const bool built = event.build_time > absl::ZeroDuration();
      version_ = absl::StrCat(
          "version ", event.version,
          built ? absl::StrCat(": built in ", DurationText(event.build_time))
                : ":",
          built ? ", relib added " : " loaded in ",
          DurationText(built ? event.overhead : event.load_time),
          event.pause > absl::ZeroDuration()
              ? absl::StrCat(", calls waited ", DurationText(event.pause))
              : "");
      style_ = kGreen;
      news_ = DescribeMigrations(event.migrations);
      break;
    }
    case Kind::kRolledBack:
      version_ = absl::StrCat("version ", event.version, " runs again");
      break;
    case Kind::kUnchanged:
    case Kind::kUnloaded:
      if (event.kind == Kind::kUnchanged) news_ = "the module is the same";
      style_ = kDim;
      break;
    case Kind::kCrashed:
      news_ = absl::StrCat("version ", event.version,
                           " crashed: ", DescribeCrash(event.status));
      break;
    case Kind::kLoadFailed:
    case Kind::kSwitchDelayed:
    case Kind::kUnloadDelayed:
    case Kind::kWatchFailed:
      news_ = FirstLineWith("", event.ToString());
      break;
  }
}

void Screen::Show(std::string_view picture, std::string_view line) const {
  std::string frame = "\x1b[H";
  for (std::string_view row : absl::StrSplit(picture, '\n')) {
    if (!row.empty()) absl::StrAppend(&frame, row, "\x1b[K\r\n");
  }
  const auto status = [&](int row, std::string_view style,
                          std::string_view text) {
    absl::StrAppend(&frame, "\x1b[", size_.rows - kStatusRows + row, ";1H\x1b[",
                    style, "m", Fitted(text, size_.columns), "\x1b[0m\x1b[K");
  };
  status(1, kDim, line);
  status(2, kGreen, version_);
  status(3, style_, news_);
  std::cout << frame << std::flush;
}
