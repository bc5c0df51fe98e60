#ifndef PLATFORM_WINDOWS_COFF_SYMBOLS_H_
#define PLATFORM_WINDOWS_COFF_SYMBOLS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace relib::platform {

// The functions in the symbol table of a PE file: GCC's linker writes one unless
// it is told to strip it, other compilers' don't.
class CoffSymbols {
 public:
  CoffSymbols() = default;

  // `file` is the whole file. Damaged ones have fewer symbols, or none.
  explicit CoffSymbols(std::string_view file);

  // The name, as the linker knows it, of the function at `offset` from the
  // beginning of the loaded image. Empty if there is none.
  std::string NameAt(uint32_t offset) const;

 private:
  struct Function {
    uint32_t offset;
    // Of the section that it lies in.
    uint32_t section_end;
    std::string name;
  };

  // By their offsets.
  std::vector<Function> functions_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_COFF_SYMBOLS_H_
