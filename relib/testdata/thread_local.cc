#include "relib/testdata/thread_local.h"

#include "relib/module.h"

namespace thread_local_object {
namespace {

struct Object {
  int touches = 0;
  ~Object() { relib::imports<Imports>().on_destroy(touches); }
};
thread_local Object object;

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(Exports,
              .touch = relib::implement<[] { return ++object.touches; }>);

}  // namespace thread_local_object
