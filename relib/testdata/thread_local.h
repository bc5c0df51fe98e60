#ifndef RELIB_TESTDATA_THREAD_LOCAL_H_
#define RELIB_TESTDATA_THREAD_LOCAL_H_

#include "relib/interface.h"

// A module with a thread_local object that has a destructor.

namespace thread_local_object {

struct Exports {
  // Counts the calls of the calling thread, in the object.
  relib::Export<int()> touch;
};
RELIB_INTERFACE(Exports, touch);

struct Imports {
  // From the destructor, with the number of calls.
  relib::Import<void(int touches)> on_destroy;
};
RELIB_INTERFACE(Imports, on_destroy);

}  // namespace thread_local_object

#endif  // RELIB_TESTDATA_THREAD_LOCAL_H_
