#ifndef EXAMPLES_TERMINAL_TERMINAL_H_
#define EXAMPLES_TERMINAL_TERMINAL_H_

#include <memory>
#include <optional>
#include <string>

namespace relib::platform {

// Returns whether to write colors to standard output. That is the case if it is
// a terminal, NO_COLOR is unset or empty, and TERM isn't "dumb"; or if
// CLICOLOR_FORCE is set to anything but 0. Enables the interpretation of escape
// sequences where the system requires that. Under Wine, a Unix terminal counts
// as a console and gets escape sequences unchanged.
bool TerminalHasColor();

// Makes the first Ctrl-C set Interrupted() instead of ending the process. A
// second Ctrl-C ends the process immediately. SIGTERM (on Linux) and Ctrl-Break
// (on Windows) are treated like Ctrl-C. Under Wine, this covers Ctrl-C in a
// Unix terminal and SIGINT, while SIGTERM ends the process.
void CatchInterrupt();

// Returns whether an interrupt was caught.
bool Interrupted();

// The size of a terminal in characters.
struct TerminalSize {
  int columns = 0;
  int rows = 0;
};

// Returns the size of the terminal that standard output is connected to, or
// nullopt if there is no terminal or its size is unknown.
std::optional<TerminalSize> SizeOfTerminal();

// Reads single keys from the terminal that standard input is connected to,
// without echoing them. At most one object may exist at a time.
class KeyInput {
 public:
  KeyInput();
  KeyInput(const KeyInput&) = delete;
  KeyInput& operator=(const KeyInput&) = delete;
  // Restores the terminal's mode.
  ~KeyInput();

  // Returns the keys that were typed since the last call, in UTF-8. If standard
  // input isn't a terminal, returns the available input, which is empty at the
  // end of the input. Never blocks.
  std::string Read();

 private:
  // The mode to restore. Null if standard input isn't a terminal.
  struct Saved;
  std::unique_ptr<Saved> saved_;
};

}  // namespace relib::platform

#endif  // EXAMPLES_TERMINAL_TERMINAL_H_
