#ifndef PLATFORM_TERMINAL_H_
#define PLATFORM_TERMINAL_H_

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

}  // namespace relib::platform

#endif  // PLATFORM_TERMINAL_H_
