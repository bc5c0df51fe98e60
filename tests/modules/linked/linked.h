#ifndef TESTS_MODULES_LINKED_LINKED_H_
#define TESTS_MODULES_LINKED_LINKED_H_

#include <string>
#include <vector>

#include "relib/interface.h"

// A module that exports functions, and a module that imports them.

namespace linked {

struct Exports {
  relib::Export<int(int a, int b)> add;
  relib::Export<std::string(const std::vector<std::string>& words)> join;
  relib::Export<void(const std::string& text)> fail;
  relib::Export<void()> crash;
};
RELIB_INTERFACE(Exports, add, join, fail, crash);

struct UserImports {
  relib::Import<int(int a, int b)> add;
  relib::Import<std::string(const std::vector<std::string>& words)> join;
  relib::Import<void(const std::string& text)> fail;
  relib::Import<void()> crash;
};
RELIB_INTERFACE(UserImports, add, join, fail, crash);

struct UserExports {
  relib::Export<int(int a, int b, int c)> add_three;
  relib::Export<std::string(int words)> join;
  // Returns the text of the exception that the call threw.
  relib::Export<std::string(const std::string& text)> fail;
  relib::Export<std::string()> crash;
};
RELIB_INTERFACE(UserExports, add_three, join, fail, crash);

}  // namespace linked

#endif  // TESTS_MODULES_LINKED_LINKED_H_
