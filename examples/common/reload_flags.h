#ifndef EXAMPLES_COMMON_RELOAD_FLAGS_H_
#define EXAMPLES_COMMON_RELOAD_FLAGS_H_

#include "relib/reload/options.h"

// Parses the command line of an example that reloads its module:
//
//   NAME --module=FILE --watch=FILE_OR_DIRECTORY,... --build=COMMAND
//
// An example may have more flags (ABSL_FLAG). Ends the program with a message
// if the command line cannot be used.
relib::ReloadOptions ParseReloadFlags(int argc, char** argv);

#endif  // EXAMPLES_COMMON_RELOAD_FLAGS_H_
