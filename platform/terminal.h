#ifndef PLATFORM_TERMINAL_H_
#define PLATFORM_TERMINAL_H_

namespace relib::platform {

// True when standard output shows colour: it is a terminal, and neither NO_COLOR
// is set nor TERM is "dumb"; or CLICOLOR_FORCE is set to something else than 0.
// Switches the interpretation of escape sequences on where that is needed.
bool TerminalHasColor();

// From now on Ctrl-C (and on Linux SIGTERM) doesn't end the process; it makes
// Interrupted() true. A second one ends it at once.
void CatchInterrupt();

bool Interrupted();

}  // namespace relib::platform

#endif  // PLATFORM_TERMINAL_H_
