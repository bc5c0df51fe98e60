#ifndef RELIB_RELOAD_TESTDATA_VERSIONED_H_
#define RELIB_RELOAD_TESTDATA_VERSIONED_H_

#include "relib/interface.h"

// The interface of the modules in this directory.

struct VersionedExports {
  // Returns the number of the module.
  relib::Export<int()> number;
  // Calls the import `called` and returns.
  relib::Export<void()> call_back = relib::implement<[] {}>;
};
RELIB_INTERFACE(VersionedExports, number, call_back);

struct VersionedImports {
  relib::Import<void()> called;
  // The thread of the busy module runs as long as this returns true.
  relib::Import<bool()> keep_running;
};
RELIB_INTERFACE(VersionedImports, called, keep_running);

#endif  // RELIB_RELOAD_TESTDATA_VERSIONED_H_
