#include "examples/live_reload/display.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "examples/terminal/terminal.h"
#include "relib/reload/event.h"

namespace {

using Kind = relib::ReloadEvent::Kind;

// Parameters of the terminal's escape sequence "select graphic rendition".
constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kRed = "1;31";
constexpr std::string_view kGreen = "1;32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kCyan = "36";

std::string Count(int number, std::string_view what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

// Removes the escape sequences "ESC [ ... letter" with which compilers color
// their output.
std::string WithoutColor(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (!text.starts_with("\x1b[")) {
      plain += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(2);
    while (!text.empty() && !absl::ascii_isalpha(text.front())) {
      text.remove_prefix(1);
    }
    if (!text.empty()) text.remove_prefix(1);
  }
  return plain;
}

}  // namespace

Display::Display() : color_(relib::platform::TerminalHasColor()) {}

std::string Display::Styled(std::string_view style,
                            std::string_view text) const {
  if (!color_ || style.empty()) return std::string(text);
  return absl::StrCat("\x1b[", style, "m", text, "\x1b[0m");
}

void Display::Begin(Paragraph paragraph) {
  if (last_ != paragraph) std::cout << "\n";
  last_ = paragraph;
}

void Display::Line(std::string_view style, std::string_view mark,
                   std::string_view text) {
  Begin(Paragraph::kEvents);
  std::cout << "  " << Styled(style, mark) << " " << text << std::endl;
}

void Display::Output(std::string_view text) const {
  const std::string shown = color_ ? std::string(text) : WithoutColor(text);
  text = absl::StripTrailingAsciiWhitespace(shown);
  if (text.empty()) return;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    std::cout << "    " << absl::StripTrailingAsciiWhitespace(line) << "\n";
  }
  std::cout << std::flush;
}

void Display::Welcome(std::string_view source) {
  std::cout << "\n  "
            << Styled(kBold, "relib live reload: change code while it runs")
            << "\n\n  Edit " << Styled(kCyan, source)
            << " and save it. Ctrl-C ends." << std::endl;
}

void Display::ModuleLine(int version, std::string_view line) {
  Begin(Paragraph::kModule);
  std::cout << "  " << Styled(kCyan, absl::StrCat("version ", version)) << " "
            << Styled(kDim, "|") << " " << line << std::endl;
}

void Display::Event(const relib::ReloadEvent& event) {
  const std::string consequence =
      event.version == 0
          ? "; fix it and save to try again"
          : absl::StrCat("; version ", event.version, " continues to run");
  switch (event.kind) {
    case Kind::kBuildStarted:
      Line(kYellow, "~",
           event.changed.empty()
               ? "building for the first time"
               : absl::StrCat(Styled(kCyan, absl::StrJoin(event.changed, ", ")),
                              " changed, building"));
      break;
    case Kind::kBuildFailed:
      ++failures_;
      Line(kRed, "!",
           absl::StrCat(Styled(kRed, "the build failed"), " after ",
                        relib::DurationText(event.build_time), consequence));
      Output(event.output.empty() ? event.status.message() : event.output);
      break;
    case Kind::kUnchanged:
      Line(kDim, "=",
           absl::StrCat("built in ", relib::DurationText(event.build_time),
                        ", and the module is the same; version ", event.version,
                        " continues to run"));
      Output(event.output);
      break;
    case Kind::kLoadFailed:
      ++failures_;
      Line(kRed, "!",
           absl::StrCat(Styled(kRed, "the module can't be loaded"),
                        consequence));
      Output(event.status.message());
      break;
    case Kind::kReloaded: {
      ++versions_;
      const bool built = event.build_time > absl::ZeroDuration();
      if (built) overheads_.push_back(event.overhead);
      Line(kGreen, "+",
           absl::StrCat(
               Styled(kGreen, absl::StrCat("version ", event.version, " runs")),
               built ? absl::StrCat(": built in ",
                                    relib::DurationText(event.build_time),
                                    ", relib added ",
                                    relib::DurationText(event.overhead), " (")
                     : " (",
               "loaded in ", relib::DurationText(event.load_time), ")"));
      Output(event.output);
      break;
    }
    case Kind::kUnloadDelayed:
      Line(kYellow, "-",
           absl::StrCat("version ", event.version, " can't be unloaded yet"));
      Output(event.status.message());
      break;
    case Kind::kUnloaded:
      Line(kDim, "-",
           absl::StrCat("version ", event.version, ": ",
                        event.unload.has_value() ? event.unload->ToString()
                                                 : "unloaded"));
      break;
    case Kind::kWatchFailed:
      Problem(event.status.message());
      break;
    case Kind::kSwitchDelayed:
      Line(kYellow, "-", "the new version waits for calls to return");
      Output(event.status.message());
      break;
    case Kind::kCrashed:
      ++failures_;
      Line(kRed, "!",
           Styled(kRed, absl::StrCat("version ", event.version, " crashed")));
      Output(event.status.message());
      break;
    case Kind::kRolledBack:
      Line(kGreen, "+",
           absl::StrCat("version ", event.version,
                        " runs again until there is a new version"));
      break;
  }
}

void Display::Problem(std::string_view text) {
  Line(kRed, "!", "");
  Output(text);
}

void Display::Summary(absl::Duration elapsed, const absl::Status& stopped) {
  std::cout << "\n  "
            << absl::StrCat(
                   "Ended after ",
                   absl::FormatDuration(absl::Trunc(elapsed, absl::Seconds(1))),
                   ": ", Count(versions_, "version"), " ran, ",
                   Count(failures_, "attempt"), " failed.")
            << "\n";
  if (!overheads_.empty()) {
    std::sort(overheads_.begin(), overheads_.end());
    std::cout << "  On top of the builds, relib took "
              << relib::DurationText(overheads_[overheads_.size() / 2])
              << " (median), " << relib::DurationText(overheads_.back())
              << " at most.\n";
  }
  if (stopped.ok()) {
    std::cout << "  Every version was unloaded; nothing is left over.\n\n";
  } else {
    std::cout << "  " << Styled(kRed, "Not everything could be unloaded:")
              << "\n";
    Output(stopped.message());
  }
  std::cout << std::flush;
}
