#ifndef TESTS_PROCESS_JOURNAL_H_
#define TESTS_PROCESS_JOURNAL_H_

#include <string>

#include "relib/interface.h"

// A module that writes down what happens to it, in a file that it never closes.

namespace journal {

struct Exports {
  // Opens the file at `path`. From then on, the module writes a line when its
  // before_unload, its static destructors and its exit handlers run.
  relib::Export<void(const std::string& path)> open;
  // Makes before_unload take `milliseconds`, and crash at the end: then it
  // writes "crashing" instead of "before_unload".
  relib::Export<void(int milliseconds, bool crash)> set_before_unload;
  // Constructs a static object in a function.
  relib::Export<void()> construct_late;
  relib::Export<int(int a, int b)> add;
  relib::Export<void()> crash;
  // Calls exit().
  relib::Export<void(int code)> exit;
  // Returns after `milliseconds`.
  relib::Export<void(int milliseconds)> sleep;
  // Returns how many calls of sleep() run.
  relib::Export<int()> sleeping;
  // Allocates and frees memory, and constructs an object with a destructor on
  // each thread that calls it.
  relib::Export<int()> work;
};
RELIB_INTERFACE(Exports, open, set_before_unload, construct_late, add, crash,
                exit, sleep, sleeping, work);

}  // namespace journal

#endif  // TESTS_PROCESS_JOURNAL_H_
