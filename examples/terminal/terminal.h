#ifndef EXAMPLES_TERMINAL_TERMINAL_H_
#define EXAMPLES_TERMINAL_TERMINAL_H_

#include <memory>
#include <optional>
#include <string>

namespace relib::platform {

// True when standard output shows colour: it is a terminal, and neither
// NO_COLOR is set to anything nor TERM is "dumb"; or CLICOLOR_FORCE is set to
// something else than 0. Switches the interpretation of escape sequences on
// where that is needed. Under Wine, a Unix terminal counts as a console and
// gets escape sequences as they are; a pipe or a file is none, as everywhere.
bool TerminalHasColor();

// From now on Ctrl-C (on Linux also SIGTERM, on Windows Ctrl-Break) doesn't end
// the process; it makes Interrupted() true. A second one ends it at once. Under
// Wine, Ctrl-C in a Unix terminal and SIGINT arrive, SIGTERM ends the process.
void CatchInterrupt();

bool Interrupted();

// The characters that fit a line, and the lines, of the terminal that standard
// output is.
struct TerminalSize {
  int columns = 0;
  int rows = 0;
};
// Empty when it is none, or doesn't know.
std::optional<TerminalSize> SizeOfTerminal();

// Gives a program the keys of the terminal that standard input is, one by one
// and without showing them, as long as this lives. One at a time.
class KeyInput {
 public:
  KeyInput();
  KeyInput(const KeyInput&) = delete;
  KeyInput& operator=(const KeyInput&) = delete;
  // The terminal is as before.
  ~KeyInput();

  // What was typed since the last call, in UTF-8; never waits. Of other input
  // than a terminal, what there is. Empty at its end.
  std::string Read();

 private:
  // What ~KeyInput() has to undo; null for nothing.
  struct Saved;
  std::unique_ptr<Saved> saved_;
};

}  // namespace relib::platform

#endif  // EXAMPLES_TERMINAL_TERMINAL_H_
