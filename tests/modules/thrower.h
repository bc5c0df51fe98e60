#ifndef TESTS_MODULES_THROWER_H_
#define TESTS_MODULES_THROWER_H_

#include <string>

#include "relib/interface.h"

// A module that throws the requested exception.

namespace thrower {

enum class What {
  kRuntimeError,
  // A class of the module that is derived from std::exception.
  kOwnException,
  kString,
  kText,
  kInt,
  // A class of the module without a base class.
  kOwnStruct,
  // A std::exception whose what() is null.
  kNullWhat,
  kNullText,
};

struct Exports {
  relib::Export<void(What)> throw_from_void;
  relib::Export<int(What)> throw_from_int;
  relib::Export<std::string(What)> throw_from_string;
  // Calls `fail`, and returns the type and text of the exception that it
  // caught, separated by "|".
  relib::Export<std::string()> catch_import_error;
  // Calls `fail` and lets the exception pass.
  relib::Export<int()> pass_import_error;
};
RELIB_INTERFACE(Exports, throw_from_void, throw_from_int, throw_from_string,
                catch_import_error, pass_import_error);

struct Imports {
  relib::Import<int()> fail;
};
RELIB_INTERFACE(Imports, fail);

}  // namespace thrower

#endif  // TESTS_MODULES_THROWER_H_
