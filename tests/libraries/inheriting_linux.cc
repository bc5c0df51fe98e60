// A module that is linked against the library `outer`. Its DT_RPATH also holds
// for the libraries that `outer` needs.

#include <string_view>

#include "relib/module.h"
#include "tests/libraries/interface.h"

extern "C" int OuterAnswer();

namespace relib {
namespace {

int Run(std::string_view /*command*/) { return OuterAnswer(); }

}  // namespace

RELIB_EXPORTS(LibraryUserExports, .run = implement<Run>);

}  // namespace relib
