#ifndef EXAMPLES_COMMON_TERMINAL_PROGRAM_H_
#define EXAMPLES_COMMON_TERMINAL_PROGRAM_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "examples/terminal/terminal.h"

// For tests: a program that runs on a terminal of a fixed size.
//
// On Windows it has a pipe instead, because Wine has no pseudoconsoles: it must
// be told the size, and what is typed must be so before it starts.
class TerminalProgram {
 public:
  // `command` is for the system's shell. `typed` is typed at once.
  static absl::StatusOr<std::unique_ptr<TerminalProgram>> Start(
      const std::string& command, const std::string& working_directory,
      const relib::platform::TerminalSize& size, const std::string& typed);

  // Ends it.
  virtual ~TerminalProgram() = default;

  // True if keys can be typed while it runs; then they are.
  virtual bool Type(const std::string& keys) = 0;

  // What it has written since the last call; waits for something for up to
  // `timeout`.
  virtual std::string Read(absl::Duration timeout) = 0;

  // Waits for its end: the exit code, or -1 if it doesn't end.
  virtual int Wait(absl::Duration timeout) = 0;
};

#endif  // EXAMPLES_COMMON_TERMINAL_PROGRAM_H_
