#ifndef PLATFORM_HOST_SYMBOLIZER_H_
#define PLATFORM_HOST_SYMBOLIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace relib::platform {

// The source location of an address. Each text may be empty if it is unknown.
struct Symbol {
  // The demangled name.
  std::string function;
  // The path that the compiler was given.
  std::string file;
  // Zero if the file is unknown.
  int line = 0;
  // The path of the image, and the offset of the address in it.
  std::string image;
  uintptr_t offset = 0;
  // This function was inlined into that of the next symbol.
  bool is_inlined = false;
};

// Looks up addresses of this process in the symbols of its images. Holds their
// files open until it is destroyed, and keeps nothing after that except what
// DbgHelp has read of the program itself.
//
// Not thread-safe, and at most one may exist in a process at a time: the
// underlying libraries (libdw of elfutils, DbgHelp) require it.
class Symbolizer {
 public:
  static std::unique_ptr<Symbolizer> Create();
  virtual ~Symbolizer() = default;

  // Returns the location of the call that returns to `address`: one symbol,
  // preceded by those of the functions that were inlined there, the innermost
  // first. Addresses get no names if the file of their image has been replaced
  // since it was loaded.
  virtual std::vector<Symbol> Resolve(uintptr_t address) = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_SYMBOLIZER_H_
