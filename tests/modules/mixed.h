#ifndef TESTS_MODULES_MIXED_H_
#define TESTS_MODULES_MIXED_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "relib/interface.h"

// A module that is built with and without exceptions and RTTI.

namespace mixed {

struct Exports {
  relib::Export<bool()> has_exceptions;
  relib::Export<std::map<std::string, int>(std::vector<std::string> words)>
      count;
  relib::Export<int(relib::FunctionRef<int(int)> callback)> call;
  relib::Export<int(int value)> import;
  // Returns "caught: " and the what() of the exception that the import throws.
  relib::Export<std::string()> catch_import;
  // Lets the exception of a standard library function pass.
  relib::Export<int(std::string_view number)> to_int;
};
RELIB_INTERFACE(Exports, has_exceptions, count, call, import, catch_import,
                to_int);

struct Imports {
  relib::Import<int(int value)> twice;
  relib::Import<void()> fail;
};
RELIB_INTERFACE(Imports, twice, fail);

}  // namespace mixed

#endif  // TESTS_MODULES_MIXED_H_
