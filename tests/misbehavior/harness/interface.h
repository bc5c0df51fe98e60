#ifndef TESTS_MISBEHAVIOR_HARNESS_INTERFACE_H_
#define TESTS_MISBEHAVIOR_HARNESS_INTERFACE_H_

#include <cstdint>
#include <string_view>

#include "relib/interface.h"

namespace relib::misbehavior {

struct EntryExports {
  // Does what the file of the module is named after. What `argument` and the
  // result mean is between the module and its test.
  relib::Export<int64_t(std::string_view argument)> run;
};
RELIB_INTERFACE(EntryExports, run);

// Of those modules that call their host.
struct EntryImports {
  relib::Import<int64_t(std::string_view argument)> call;
};
RELIB_INTERFACE(EntryImports, call);

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_INTERFACE_H_
