#include "platform/image/coff_symbols.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace relib::platform {
namespace {

// Positions in a PE file. All numbers are little-endian.
constexpr size_t kPeOffset = 0x3c;
constexpr size_t kFileHeader = 4;  // after "PE\0\0"
constexpr size_t kFileHeaderSize = 20;
constexpr size_t kSectionHeaderSize = 40;
constexpr size_t kSymbolSize = 18;
// The bits of a symbol's type that mark a function, regardless of the lower
// bits.
constexpr unsigned kTypeMask = 0x30;
constexpr unsigned kFunction = 0x20;

// Returns the number at `offset`, or zero past the end.
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

std::string_view CoffFunctionAt(std::string_view file, uint32_t offset) {
  const uint64_t header =
      uint64_t{Read<uint32_t>(file, kPeOffset)} + kFileHeader;
  const auto section_count = Read<uint16_t>(file, header + 2);
  const uint64_t symbols = Read<uint32_t>(file, header + 8);
  const uint64_t count = Read<uint32_t>(file, header + 12);
  const uint64_t sections =
      header + kFileHeaderSize + Read<uint16_t>(file, header + 16);
  const uint64_t strings = symbols + count * kSymbolSize;
  if (symbols == 0 || strings > file.size()) return "";

  // The section that contains `offset`.
  int place_section = 0;
  uint32_t section_begin = 0;
  for (int i = 1; i <= section_count && place_section == 0; ++i) {
    const uint64_t section =
        sections + uint64_t{static_cast<uint32_t>(i - 1)} * kSectionHeaderSize;
    section_begin = Read<uint32_t>(file, section + 12);
    const auto size = Read<uint32_t>(file, section + 8);
    if (offset >= section_begin && offset - section_begin < size) {
      place_section = i;
    }
  }
  if (place_section == 0) return "";

  // The last function that begins before `offset`.
  std::string_view best;
  uint32_t best_offset = 0;
  uint64_t step = 0;
  for (uint64_t i = 0; i < count; i += step) {
    const std::string_view symbol =
        file.substr(symbols + i * kSymbolSize, kSymbolSize);
    // Auxiliary records follow the symbol.
    step = uint64_t{1} + Read<uint8_t>(symbol, 17);
    if (Read<int16_t>(symbol, 12) != place_section ||
        (Read<uint16_t>(symbol, 14) & kTypeMask) != kFunction) {
      continue;
    }
    const uint32_t begin = section_begin + Read<uint32_t>(symbol, 8);
    if (begin > offset || (!best.empty() && begin < best_offset)) continue;
    best = symbol;
    best_offset = begin;
  }
  if (best.empty() || Read<uint32_t>(best, 0) != 0) {
    return Until0(best.substr(0, 8));
  }
  // A name of more than 8 bytes is in the string table, after the symbols.
  const uint64_t position = strings + Read<uint32_t>(best, 4);
  return position < file.size() ? Until0(file.substr(position)) : "";
}

}  // namespace relib::platform
