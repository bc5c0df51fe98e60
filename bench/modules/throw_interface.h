#ifndef BENCH_MODULES_THROW_INTERFACE_H_
#define BENCH_MODULES_THROW_INTERFACE_H_

#include "bench/modules/throw_and_catch.h"
#include "relib/interface.h"

// The interface of throw_module.cc.
namespace relib::bench {

struct ThrowExports {
  relib::Export<int()> throw_through;
  relib::Export<ThrowAndCatchFunction()> raw_throw_and_catch;
};
RELIB_INTERFACE(ThrowExports, throw_through, raw_throw_and_catch);

}  // namespace relib::bench

#endif  // BENCH_MODULES_THROW_INTERFACE_H_
