#include "platform/windows/coff_symbols.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relib::platform {
namespace {

// Of the PE format, all in little endian.
constexpr size_t kPeOffset = 0x3c;
constexpr size_t kFileHeader = 4;  // behind "PE\0\0"
constexpr size_t kFileHeaderSize = 20;
constexpr size_t kSectionHeaderSize = 40;
constexpr size_t kSymbolSize = 18;
// The kind of a symbol: this, whatever the lower bits say, is a function.
constexpr unsigned kTypeMask = 0x30;
constexpr unsigned kFunction = 0x20;

// A number at `offset`; zero behind the end.
template <typename T>
T Read(std::string_view file, uint64_t offset) {
  T value = 0;
  if (offset <= file.size() && file.size() - offset >= sizeof(T)) {
    std::memcpy(&value, file.data() + offset, sizeof(T));
  }
  return value;
}

std::string_view Until0(std::string_view text) {
  return text.substr(0, text.find('\0'));
}

}  // namespace

CoffSymbols::CoffSymbols(std::string_view file) {
  const uint64_t header = uint64_t{Read<uint32_t>(file, kPeOffset)} +
                          kFileHeader;
  const auto section_count = Read<uint16_t>(file, header + 2);
  const uint64_t symbols = Read<uint32_t>(file, header + 8);
  const uint64_t count = Read<uint32_t>(file, header + 12);
  const uint64_t sections =
      header + kFileHeaderSize + Read<uint16_t>(file, header + 16);
  const uint64_t strings = symbols + count * kSymbolSize;
  if (symbols == 0 || strings > file.size()) return;

  uint64_t step = 0;
  for (uint64_t i = 0; i < count; i += step) {
    const std::string_view symbol =
        file.substr(symbols + i * kSymbolSize, kSymbolSize);
    // The symbol is followed by more about it.
    step = uint64_t{1} + Read<uint8_t>(symbol, 17);
    const auto section = Read<int16_t>(symbol, 12);
    if ((Read<uint16_t>(symbol, 14) & kTypeMask) != kFunction || section <= 0 ||
        section > section_count) {
      continue;
    }
    const uint64_t section_header =
        sections + uint64_t(section - 1) * kSectionHeaderSize;
    const auto section_begin = Read<uint32_t>(file, section_header + 12);
    // A name of more than 8 bytes lies behind the symbols.
    std::string_view name = symbol.substr(0, 8);
    if (Read<uint32_t>(symbol, 0) == 0) {
      const uint64_t position = strings + Read<uint32_t>(symbol, 4);
      if (position >= file.size()) continue;
      name = file.substr(position);
    }
    functions_.push_back(
        {.offset = section_begin + Read<uint32_t>(symbol, 8),
         .section_end = section_begin + Read<uint32_t>(file, section_header + 8),
         .name = std::string(Until0(name))});
  }
  std::sort(functions_.begin(), functions_.end(),
            [](const Function& a, const Function& b) {
              return a.offset < b.offset;
            });
}

std::string CoffSymbols::NameAt(uint32_t offset) const {
  const auto behind = std::upper_bound(
      functions_.begin(), functions_.end(), offset,
      [](uint32_t o, const Function& function) { return o < function.offset; });
  if (behind == functions_.begin() || offset >= (behind - 1)->section_end) {
    return "";
  }
  return (behind - 1)->name;
}

}  // namespace relib::platform
