#ifndef PLATFORM_HOST_SYMBOLIZER_H_
#define PLATFORM_HOST_SYMBOLIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace relib::platform {

// What is known of a place in the code. Each of the texts may be empty.
struct Symbol {
  // As C++ writes it.
  std::string function;
  // As the compiler was given it, where that is known.
  std::string file;
  // Zero if the file isn't known.
  int line = 0;
  // The path of the image, and where in it the place is.
  std::string image;
  uintptr_t offset = 0;
  // The function is a part of the next symbol's.
  bool is_inlined = false;
};

// Looks up addresses of this process in the symbols of its images. Keeps their
// files open until it is destroyed, and nothing after that, but for what
// DbgHelp has read of the program itself. Not thread-safe, and there may be
// only one at a time in a process: the libraries beneath (elfutils' libdw,
// DbgHelp) want it so.
class Symbolizer {
 public:
  static std::unique_ptr<Symbolizer> Create();
  virtual ~Symbolizer() = default;

  // The place of the call that returns to `address`: one symbol, preceded by
  // those of the functions that the compiler has put inline there, the
  // innermost first. An image whose file isn't the one that was loaded any more
  // has no names.
  virtual std::vector<Symbol> Resolve(uintptr_t address) = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_SYMBOLIZER_H_
