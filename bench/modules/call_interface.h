#ifndef BENCH_MODULES_CALL_INTERFACE_H_
#define BENCH_MODULES_CALL_INTERFACE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "relib/interface.h"

// The interface of call_module.cc: functions that are called through relib, and
// the same functions as raw pointers, which are the baseline.

namespace relib::bench {

class Adder {
 public:
  virtual int Add(int a, int b) const = 0;

 protected:
  ~Adder() = default;
};

// Passes text across the boundary by hand: the owner makes and frees the text,
// and the receiver copies it in between.
struct RawText {
  char* (*make)(size_t size);
  void (*free)(char* text);
};

using AddFunction = int (*)(int a, int b);
using MainFunction = int (*)();

struct CallExports {
  relib::Export<int(int a, int b)> add;
  relib::Export<std::string(size_t size)> text;

  relib::Export<AddFunction()> raw_add;
  relib::Export<const Adder*()> raw_adder;
  relib::Export<MainFunction()> raw_main;
  relib::Export<RawText()> raw_text;

  // Loops in the module, which call a function of the host. The result prevents
  // the compiler from removing the loop.
  relib::Export<int(int64_t count)> call_import_add;
  relib::Export<int(int64_t count, AddFunction add)> call_raw_add;
  relib::Export<size_t(int64_t count, size_t size)> call_import_text;
  relib::Export<size_t(int64_t count, size_t size, RawText text)> call_raw_text;
};
RELIB_INTERFACE(CallExports, add, text, raw_add, raw_adder, raw_main, raw_text,
                call_import_add, call_raw_add, call_import_text, call_raw_text);

struct CallImports {
  relib::Import<int(int a, int b)> add;
  relib::Import<std::string(size_t size)> text;
};
RELIB_INTERFACE(CallImports, add, text);

}  // namespace relib::bench

#endif  // BENCH_MODULES_CALL_INTERFACE_H_
