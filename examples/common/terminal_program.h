#ifndef EXAMPLES_COMMON_TERMINAL_PROGRAM_H_
#define EXAMPLES_COMMON_TERMINAL_PROGRAM_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "examples/terminal/terminal.h"

// A program that runs on a terminal of a fixed size, for tests.
//
// On Windows, the program runs on a pipe, because Wine has no pseudoconsoles.
// It needs a flag for the size, and all keys must be typed before it starts.
class TerminalProgram {
 public:
  // Starts `command` in the shell of the system, and types `typed`.
  static absl::StatusOr<std::unique_ptr<TerminalProgram>> Start(
      const std::string& command, const std::string& working_directory,
      const relib::platform::TerminalSize& size, const std::string& typed);

  // Kills the program.
  virtual ~TerminalProgram() = default;

  // Types `keys`. Returns false if that is impossible while the program runs.
  virtual bool Type(const std::string& keys) = 0;

  // Returns the output since the last call. Waits for output up to `timeout`.
  virtual std::string Read(absl::Duration timeout) = 0;

  // Waits until the program ends. Returns its exit code, or -1 after `timeout`.
  virtual int Wait(absl::Duration timeout) = 0;
};

#endif  // EXAMPLES_COMMON_TERMINAL_PROGRAM_H_
