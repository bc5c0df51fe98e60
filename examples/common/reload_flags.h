#ifndef EXAMPLES_COMMON_FLAGS_H_
#define EXAMPLES_COMMON_FLAGS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "relib/reload/options.h"

// The command line of the examples that reload:
//
//   NAME --module=FILE --watch=FILE_OR_FOLDER --build=COMMAND

// What an example takes besides, by name ("--until_version"); false: the value
// makes no sense.
using MoreFlags =
    std::map<std::string_view, std::function<bool(const std::string& value)>>;

// False, with a message, for a command line that makes no sense. `name` is that
// of the example.
bool ParseFlags(std::string_view name, int argc, char** argv,
                relib::ReloadOptions* reload, const MoreFlags& more);

#endif  // EXAMPLES_COMMON_FLAGS_H_
