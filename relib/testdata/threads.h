#ifndef RELIB_TESTDATA_THREADS_H_
#define RELIB_TESTDATA_THREADS_H_

#include "relib/interface.h"

// A module that starts threads in every way that there is on all systems.

namespace threads {

enum class Kind {
  // std::thread, joined by stop().
  kJoined,
  kDetached,
  // Waits in the destructor of a thread_local object.
  kInThreadLocalDestructor,
  // Has started another one, which waits, and has ended.
  kStartedByAnother,
  // std::async.
  kAsync,
};

struct Exports {
  // Returns when the thread runs; it runs until stop(). A kJoined one is called
  // "waits-for-stop" where threads have names.
  relib::Export<void(Kind kind)> start;
  relib::Export<void()> stop;
  // Starts and joins this many threads, one after the other, each with a
  // thread_local object that has a destructor.
  relib::Export<int(int count)> start_and_join;
  relib::Export<int(int a, int b)> add;
};
RELIB_INTERFACE(Exports, start, stop, start_and_join, add);

}  // namespace threads

#endif  // RELIB_TESTDATA_THREADS_H_
