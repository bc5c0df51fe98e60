// Runs an example as a user would, and compares its output.
//
//   example_test PROGRAM EXPECTED_OUTPUT_FILE [ARGUMENT...]
//
// A line of the expected output that ends in "..." matches every line with the
// same beginning.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "platform/host/subprocess.h"

namespace {

using relib::platform::ExitStatus;
using relib::platform::Subprocess;

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(
      absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\\", "/"}}), '\n');
}

bool Matches(std::string_view line, std::string_view expected) {
  if (absl::EndsWith(expected, "...")) {
    expected.remove_suffix(3);
    return absl::StartsWith(line, expected);
  }
  return line == expected;
}

bool Compare(const std::vector<std::string>& lines,
             const std::vector<std::string>& expected) {
  const std::string none = "(no line)";
  for (size_t i = 0; i < std::max(lines.size(), expected.size()); ++i) {
    const std::string& line = i < lines.size() ? lines[i] : none;
    const std::string& wanted = i < expected.size() ? expected[i] : none;
    if (!Matches(line, wanted)) {
      std::cerr << "line " << i + 1 << " is:\n  " << line << "\ninstead of:\n  "
                << wanted << "\n";
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr
        << "usage: example_test PROGRAM EXPECTED_OUTPUT_FILE [ARGUMENT...]\n";
    return 2;
  }
  std::string command;
  for (int i = 1; i < argc; ++i) {
    if (i != 2) absl::StrAppend(&command, command.empty() ? "" : " ", argv[i]);
  }
  std::ifstream file(argv[2]);
  const std::string expected((std::istreambuf_iterator<char>(file)),
                             std::istreambuf_iterator<char>());

  absl::StatusOr<std::unique_ptr<Subprocess>> program =
      Subprocess::Start(command, "");
  if (!program.ok()) {
    std::cerr << program.status() << "\n";
    return 1;
  }
  const std::optional<ExitStatus> status = (*program)->Wait(absl::Seconds(60));
  std::cout << (*program)->output();
  if (!status.has_value() || !status->success()) {
    std::cerr << command << ": "
              << (status.has_value() ? status->ToString() : "still runs")
              << "\n";
    return 1;
  }
  return Compare(Lines((*program)->output()), Lines(expected)) ? 0 : 1;
}
