#ifndef RELIB_STATE_TESTDATA_TALK_H_
#define RELIB_STATE_TESTDATA_TALK_H_

#include "relib/interface.h"
#include "relib/state/interface.h"

// A state whose constructors, destructor and RELIB_MIGRATE call the host.
// TALK_VERSION selects the layout.
#ifndef TALK_VERSION
#define TALK_VERSION 1
#endif

namespace relib_test {

// Calls the import `called` in a module, and does nothing in the host.
void CallHost();

struct Talk {
  Talk() { CallHost(); }
  ~Talk() { CallHost(); }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

#if TALK_VERSION == 1
  int value = 0;
#else
  double changed = 0;
#endif
};
#if TALK_VERSION == 1
RELIB_STATE(Talk, value);
#else
RELIB_STATE(Talk, changed);
#endif

struct TalkExports {
  relib::Export<void(relib::StateRef<Talk> talk)> use;
};
RELIB_INTERFACE(TalkExports, use);

struct TalkImports {
  relib::Import<void()> called;
};
RELIB_INTERFACE(TalkImports, called);

}  // namespace relib_test

#endif  // RELIB_STATE_TESTDATA_TALK_H_
