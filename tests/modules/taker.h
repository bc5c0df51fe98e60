#ifndef TESTS_MODULES_TAKER_H_
#define TESTS_MODULES_TAKER_H_

#include <cstddef>
#include <string_view>

#include "relib/interface.h"

// A module that acquires memory and descriptors, and frees memory.

namespace taker {

struct Exports {
  // Call malloc() and free().
  relib::Export<void*(size_t size)> allocate;
  relib::Export<void(void* block)> free;
  // Opens a file for reading and returns the descriptor, which is never closed.
  relib::Export<int(std::string_view path)> open;
};
RELIB_INTERFACE(Exports, allocate, free, open);

}  // namespace taker

#endif  // TESTS_MODULES_TAKER_H_
