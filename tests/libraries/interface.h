#ifndef TESTS_LIBRARIES_INTERFACE_H_
#define TESTS_LIBRARIES_INTERFACE_H_

#include <string_view>

#include "relib/interface.h"

namespace relib {

struct LibraryUserExports {
  // Calls the function of a library that `command` names. Returns its result,
  // or -1 for an unknown command.
  Export<int(std::string_view command)> run;
};
RELIB_INTERFACE(LibraryUserExports, run);

}  // namespace relib

#endif  // TESTS_LIBRARIES_INTERFACE_H_
