#ifndef PLATFORM_IMAGE_ELF_FILE_FIXTURE_H_
#define PLATFORM_IMAGE_ELF_FILE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/image/bytes_fixture.h"
#include "platform/image/elf_file.h"

// A small ELF file with everything that the reader looks at.

namespace relib::platform::elf_fixture {

// A hand-made library: headers, followed by a part at each of these offsets,
// all in one segment that is mapped at kBase.
inline constexpr uint64_t kBase = 0x10000;
inline constexpr size_t kSegments = 64;
inline constexpr size_t kLoad = kSegments;
inline constexpr size_t kDynamicSegment = kSegments + 56;
inline constexpr size_t kNoteSegment = kSegments + 2 * 56;
inline constexpr size_t kNote = 0x100;
inline constexpr size_t kDynamic = 0x200;
inline constexpr size_t kSymbols = 0x300;
inline constexpr size_t kStrings = 0x400;
inline constexpr size_t kHash = 0x500;
inline constexpr size_t kSize = 0x600;
// Offsets in a program header.
inline constexpr size_t kType = 0, kOffset = 8, kAddress = 16, kFileSize = 32,
                        kAlign = 48;

inline constexpr std::string_view kText = "what the module says";

struct Symbol {
  std::string name;
  uint8_t binding = 1;
  uint8_t visibility = 0;
  bool defined = true;
};

inline std::string Note(std::string_view owner, std::string_view text) {
  const uint32_t header[3] = {static_cast<uint32_t>(owner.size() + 1),
                              static_cast<uint32_t>(text.size()), 1};
  std::string note(reinterpret_cast<const char*>(header), sizeof(header));
  note.append(owner).append(1, '\0');
  note.resize((note.size() + 3) / 4 * 4);
  note.append(text);
  note.resize((note.size() + 3) / 4 * 4);
  return note;
}

enum class Hash { kNone, kSysV, kGnu };

inline void PutSegment(std::string& elf, size_t header, uint32_t type,
                       uint64_t offset, uint64_t size, uint64_t alignment) {
  Put<uint32_t>(elf, header + kType, type);
  Put<uint64_t>(elf, header + kOffset, offset);
  Put<uint64_t>(elf, header + kAddress, kBase + offset);
  Put<uint64_t>(elf, header + kFileSize, size);
  Put<uint64_t>(elf, header + 40, size);
  Put<uint64_t>(elf, header + kAlign, alignment);
}

inline std::string MakeElf(Hash hash = Hash::kGnu,
                           const std::vector<Symbol>& symbols = {
                               {.name = "wanted", .defined = false},
                               {.name = "offered"},
                               {.name = "unique", .binding = 10},
                               {.name = "hidden", .visibility = 2},
                               {.name = "local", .binding = 0},
                               {.name = "weak", .binding = 2}}) {
  std::string elf(kSize, '\0');
  PutText(elf, 0,
          "\x7f"
          "ELF\2\1\1");
  Put<uint16_t>(elf, 16, 3);
  Put<uint16_t>(elf, 18, kElfMachineX86_64);
  Put<uint64_t>(elf, 32, kSegments);
  Put<uint16_t>(elf, 54, 56);
  Put<uint16_t>(elf, 56, 3);
  PutSegment(elf, kLoad, 1, 0, kSize, 0x1000);
  const std::string note = Note("GNU", "build id") + Note("relib", kText);
  PutText(elf, kNote, note);
  PutSegment(elf, kNoteSegment, 4, kNote, note.size(), 4);

  std::string strings("\0libx.so\0libc.so.6\0", 19);
  for (size_t i = 0; i < symbols.size(); ++i) {
    const size_t at = kSymbols + (i + 1) * 24;
    Put<uint32_t>(elf, at, strings.size());
    Put<uint8_t>(elf, at + 4,
                 static_cast<uint8_t>(symbols[i].binding << 4 | 1));
    Put<uint8_t>(elf, at + 5, symbols[i].visibility);
    Put<uint16_t>(elf, at + 6, symbols[i].defined ? 1 : 0);
    strings += symbols[i].name + '\0';
  }
  PutText(elf, kStrings, strings);

  const uint32_t count = symbols.size() + 1;
  if (hash == Hash::kSysV) {
    Put<uint32_t>(elf, kHash, 1);
    Put<uint32_t>(elf, kHash + 4, count);
  } else if (hash == Hash::kGnu) {
    // A single bucket, which starts after the first, undefined symbol.
    Put<uint32_t>(elf, kHash, 1);
    Put<uint32_t>(elf, kHash + 4, 2);
    Put<uint32_t>(elf, kHash + 8, 1);
    Put<uint32_t>(elf, kHash + 24, 2);
    for (uint32_t i = 2; i < count; ++i) {
      Put<uint32_t>(elf, kHash + 28 + (i - 2) * 4, i + 1 == count ? 1 : 0);
    }
  }
  const std::pair<int64_t, uint64_t> entries[] = {
      {14, 1},
      {1, 9},
      {5, kBase + kStrings},
      {10, strings.size()},
      {6, kBase + kSymbols},
      {hash == Hash::kSysV ? 4 : 0x6ffffef5, kBase + kHash},
      {0, 0}};
  size_t at = kDynamic;
  for (const auto& [tag, value] : entries) {
    if (hash == Hash::kNone && value == kBase + kHash) continue;
    Put<int64_t>(elf, at, tag);
    Put<uint64_t>(elf, at + 8, value);
    at += 16;
  }
  PutSegment(elf, kDynamicSegment, 2, kDynamic, 0x100, 8);
  return elf;
}

}  // namespace relib::platform::elf_fixture

#endif  // PLATFORM_IMAGE_ELF_FILE_FIXTURE_H_
