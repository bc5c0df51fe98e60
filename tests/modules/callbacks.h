#ifndef TESTS_MODULES_CALLBACKS_H_
#define TESTS_MODULES_CALLBACKS_H_

#include <string>
#include <string_view>

#include "relib/interface.h"

// A module that calls its host at each step of its life.

namespace callbacks {

struct Exports {
  // Calls on_run and returns its result.
  relib::Export<int(int value)> run;
  // Does the same on a new thread, and joins the thread.
  relib::Export<int(int value)> run_on_thread;
  // Starts a thread that calls on_run once and ends.
  relib::Export<void(int value)> start_thread;
  // Starts a thread that calls on_run until it returns 0.
  relib::Export<void(int value)> start_calling;
  relib::Export<void()> nothing;
};
RELIB_INTERFACE(Exports, run, run_on_thread, start_thread, start_calling,
                nothing);

struct Imports {
  relib::Import<void()> on_construct;
  relib::Import<int(int value)> on_run;
  relib::Import<void()> on_before_unload;
  relib::Import<void()> on_destroy;
};
RELIB_INTERFACE(Imports, on_construct, on_run, on_before_unload, on_destroy);

}  // namespace callbacks

#endif  // TESTS_MODULES_CALLBACKS_H_
