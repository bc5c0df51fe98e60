#include "platform/image/elf_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace relib::platform {
namespace {

// Layouts and numbers are from the System V gABI ("Object Files") and, for the
// GNU extensions, from the Linux Standard Base.

struct FileHeader {
  uint8_t ident[16];
  uint16_t type;
  uint16_t machine;
  uint32_t version;
  uint64_t entry;
  uint64_t program_header_offset;
  uint64_t section_header_offset;
  uint32_t flags;
  uint16_t header_size;
  uint16_t program_header_size;
  uint16_t program_header_count;
  uint16_t section_header_size;
  uint16_t section_header_count;
  uint16_t section_name_index;
};
static_assert(sizeof(FileHeader) == 64);

struct ProgramHeader {
  uint32_t type;
  uint32_t flags;
  uint64_t offset;
  uint64_t virtual_address;
  uint64_t physical_address;
  uint64_t file_size;
  uint64_t memory_size;
  uint64_t alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

struct DynamicEntry {
  int64_t tag;
  uint64_t value;
};

struct Symbol {
  uint32_t name;
  uint8_t info;
  uint8_t other;
  uint16_t section;
  uint64_t value;
  uint64_t size;
};
static_assert(sizeof(Symbol) == 24);

struct NoteHeader {
  uint32_t name_size;
  uint32_t description_size;
  uint32_t type;
};

constexpr uint8_t kClass64 = 2;
constexpr uint8_t kLittleEndian = 1;
constexpr uint16_t kTypeSharedObject = 3;

constexpr uint32_t kSegmentLoad = 1;
constexpr uint32_t kSegmentDynamic = 2;
constexpr uint32_t kSegmentNote = 4;

constexpr int64_t kTagNull = 0;
constexpr int64_t kTagNeeded = 1;
constexpr int64_t kTagHash = 4;
constexpr int64_t kTagStringTable = 5;
constexpr int64_t kTagSymbolTable = 6;
constexpr int64_t kTagStringTableSize = 10;
constexpr int64_t kTagSoname = 14;
constexpr int64_t kTagTextRelocations = 22;
constexpr int64_t kTagFlags = 30;
constexpr int64_t kTagGnuHash = 0x6ffffef5;
constexpr int64_t kTagFlags1 = 0x6ffffffb;
constexpr uint64_t kFlagTextRelocations = 0x4;
constexpr uint64_t kFlagStaticTls = 0x10;
constexpr uint64_t kFlag1NoDelete = 0x8;

constexpr uint8_t kBindingLocal = 0;
constexpr uint8_t kBindingGnuUnique = 10;
constexpr uint8_t kVisibilityMask = 3;
constexpr uint8_t kVisibilityInternal = 1;
constexpr uint8_t kVisibilityHidden = 2;

// Limits on what is read, whatever the file claims.
constexpr size_t kMaxManifestSize = 1 << 20;
constexpr size_t kMaxDynamicEntries = 4096;
constexpr size_t kMaxSymbols = 1 << 20;
constexpr size_t kMaxNameLength = 4096;
constexpr size_t kMaxNamesListed = 4096;
constexpr int kMaxNotes = 4096;

constexpr std::string_view kNoteOwner = "relib";

struct Headers {
  FileHeader file;
  std::vector<ProgramHeader> segments;
};

absl::Status Damaged(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("a damaged or truncated ELF file: ", what));
}

std::string MachineName(uint16_t machine) {
  switch (machine) {
    case 3:
      return "x86 (32 bit)";
    case 40:
      return "ARM (32 bit)";
    case kElfMachineX86_64:
      return "x86-64";
    case 183:
      return "AArch64";
    case 243:
      return "RISC-V";
    default:
      return absl::StrCat("ELF machine ", machine);
  }
}

absl::StatusOr<Headers> ReadHeaders(const ByteSource& file) {
  Headers headers;
  if (!IsElf(file)) {
    return absl::InvalidArgumentError("not an ELF file");
  }
  // Read e_ident first, because the rest of a 32-bit file has another layout.
  if (!file.ReadAt(0, headers.file.ident, sizeof(headers.file.ident))) {
    return Damaged("the file header is cut off");
  }
  if (headers.file.ident[4] != kClass64) {
    return absl::FailedPreconditionError("a 32-bit ELF file, not a 64-bit one");
  }
  if (headers.file.ident[5] != kLittleEndian) {
    return absl::FailedPreconditionError("a big-endian ELF file");
  }
  if (!file.Read(0, &headers.file)) {
    return Damaged("the file header is cut off");
  }
  if (headers.file.type != kTypeSharedObject) {
    return absl::InvalidArgumentError(
        absl::StrCat("an ELF file, but not a shared library (e_type ",
                     headers.file.type, "); build it with relib_module()"));
  }
  if (headers.file.program_header_count == 0 ||
      headers.file.program_header_size != sizeof(ProgramHeader)) {
    return Damaged("no program headers of the expected size");
  }
  for (uint64_t i = 0; i < headers.file.program_header_count; ++i) {
    ProgramHeader segment;
    const uint64_t offset = i * sizeof(ProgramHeader);
    if (headers.file.program_header_offset > file.size() ||
        !file.Read(headers.file.program_header_offset + offset, &segment)) {
      return Damaged(absl::StrCat("program header ", i, " lies outside of it"));
    }
    headers.segments.push_back(segment);
  }
  return headers;
}

constexpr uint64_t RoundUp4(uint64_t value) {
  return (value + 3) & ~uint64_t{3};
}

// Appends relib's notes in [offset, offset + size) with their framing. Notes of
// other owners share the segment. A damaged note ends the search, because the
// position of the next one is then unknown.
absl::Status AppendRelibNotes(const ByteSource& file,
                              const ProgramHeader& segment, int* notes_left,
                              std::string* manifest) {
  // Segments of alignment 8 contain only .note.gnu.property.
  if (segment.alignment > 4) return absl::OkStatus();
  uint64_t position = 0;
  while (segment.file_size - position >= sizeof(NoteHeader)) {
    if (--*notes_left < 0) {
      return absl::InvalidArgumentError("an ELF file with over 4096 notes");
    }
    const uint64_t start = segment.offset + position;
    NoteHeader note;
    if (start < segment.offset || !file.Read(start, &note)) {
      return Damaged("a note lies outside of it");
    }
    const uint64_t size = sizeof(NoteHeader) + RoundUp4(note.name_size) +
                          RoundUp4(note.description_size);
    if (size > segment.file_size - position) {
      return Damaged("a note is longer than its segment");
    }
    char owner[kNoteOwner.size() + 1];
    if (note.name_size == sizeof(owner) &&
        file.ReadAt(start + sizeof(NoteHeader), owner, sizeof(owner)) &&
        std::memcmp(owner, kNoteOwner.data(), sizeof(owner)) == 0) {
      if (size > kMaxManifestSize - manifest->size()) {
        return absl::InvalidArgumentError(
            "the relib manifest is over 1 MiB long");
      }
      // Check that the note is in the file before memory is allocated for it.
      if (start + size > file.size())
        return Damaged("the relib manifest is cut off");
      const size_t old_size = manifest->size();
      manifest->resize(old_size + size);
      if (!file.ReadAt(start, manifest->data() + old_size, size)) {
        return Damaged("the relib manifest is cut off");
      }
    }
    position += size;
  }
  return absl::OkStatus();
}

// Returns the file offset of a virtual address.
std::optional<uint64_t> FileOffset(const std::vector<ProgramHeader>& segments,
                                   uint64_t address) {
  for (const ProgramHeader& segment : segments) {
    if (segment.type == kSegmentLoad && address >= segment.virtual_address &&
        address - segment.virtual_address < segment.file_size) {
      const uint64_t distance = address - segment.virtual_address;
      if (segment.offset + distance < distance) return std::nullopt;
      return segment.offset + distance;
    }
  }
  return std::nullopt;
}

// The relevant parts of the dynamic section, as file offsets.
struct Dynamic {
  std::vector<uint64_t> needed;
  std::optional<uint64_t> soname;
  std::optional<uint64_t> strings;
  uint64_t strings_size = 0;
  std::optional<uint64_t> symbols;
  std::optional<uint64_t> hash;
  std::optional<uint64_t> gnu_hash;
  uint64_t flags = 0;
  uint64_t flags1 = 0;
  bool text_relocations = false;
};

absl::StatusOr<Dynamic> ReadDynamic(const ByteSource& file,
                                    const Headers& headers) {
  Dynamic dynamic;
  const auto segment = std::find_if(
      headers.segments.begin(), headers.segments.end(),
      [](const ProgramHeader& s) { return s.type == kSegmentDynamic; });
  if (segment == headers.segments.end()) {
    return absl::InvalidArgumentError("an ELF file without a dynamic section");
  }
  const uint64_t count = std::min<uint64_t>(
      segment->file_size / sizeof(DynamicEntry), kMaxDynamicEntries);
  for (uint64_t i = 0; i < count; ++i) {
    DynamicEntry entry;
    const uint64_t offset = segment->offset + i * sizeof(DynamicEntry);
    if (offset < segment->offset || !file.Read(offset, &entry)) {
      return Damaged("the dynamic section is cut off");
    }
    switch (entry.tag) {
      case kTagNull:
        return dynamic;
      case kTagNeeded:
        dynamic.needed.push_back(entry.value);
        break;
      case kTagSoname:
        dynamic.soname = entry.value;
        break;
      case kTagStringTable:
        dynamic.strings = FileOffset(headers.segments, entry.value);
        break;
      case kTagStringTableSize:
        dynamic.strings_size = entry.value;
        break;
      case kTagSymbolTable:
        dynamic.symbols = FileOffset(headers.segments, entry.value);
        break;
      case kTagHash:
        dynamic.hash = FileOffset(headers.segments, entry.value);
        break;
      case kTagGnuHash:
        dynamic.gnu_hash = FileOffset(headers.segments, entry.value);
        break;
      case kTagTextRelocations:
        dynamic.text_relocations = true;
        break;
      case kTagFlags:
        dynamic.flags = entry.value;
        break;
      case kTagFlags1:
        dynamic.flags1 = entry.value;
        break;
      default:
        break;
    }
  }
  return dynamic;
}

// Returns "" if the string does not exist, is not terminated, or is too long
// for a name.
std::string ReadString(const ByteSource& file, const Dynamic& dynamic,
                       uint64_t index) {
  std::string text;
  if (!dynamic.strings.has_value() || index >= dynamic.strings_size)
    return text;
  const uint64_t length =
      std::min<uint64_t>(dynamic.strings_size - index, kMaxNameLength);
  for (uint64_t i = 0; i < length;) {
    char chunk[64];
    const size_t size = std::min<uint64_t>(sizeof(chunk), length - i);
    if (!file.ReadAt(*dynamic.strings + index + i, chunk, size)) return "";
    if (const void* end = std::memchr(chunk, 0, size)) {
      text.append(chunk, static_cast<const char*>(end) - chunk);
      return text;
    }
    text.append(chunk, size);
    i += size;
  }
  return "";
}

// Returns the number of symbols. The dynamic section lacks it. The old hash
// table contains it, and the last chain of the GNU one ends with the last
// symbol.
uint64_t CountSymbols(const ByteSource& file, const Dynamic& dynamic) {
  if (dynamic.hash.has_value()) {
    uint32_t header[2];
    if (file.Read(*dynamic.hash, &header)) return header[1];
  }
  if (!dynamic.gnu_hash.has_value()) return 0;
  struct {
    uint32_t bucket_count;
    uint32_t first_symbol;
    uint32_t bloom_words;
    uint32_t bloom_shift;
  } header;
  if (!file.Read(*dynamic.gnu_hash, &header)) return 0;
  const uint64_t buckets = *dynamic.gnu_hash + sizeof(header) +
                           uint64_t{header.bloom_words} * sizeof(uint64_t);
  uint32_t last = 0;
  for (uint64_t i = 0; i < std::min<uint64_t>(header.bucket_count, kMaxSymbols);
       ++i) {
    uint32_t first_of_bucket;
    if (!file.Read(buckets + i * sizeof(uint32_t), &first_of_bucket)) return 0;
    last = std::max(last, first_of_bucket);
  }
  if (last < header.first_symbol) return header.first_symbol;
  const uint64_t chains =
      buckets + uint64_t{header.bucket_count} * sizeof(uint32_t);
  for (uint64_t symbol = last; symbol - last < kMaxSymbols; ++symbol) {
    uint32_t hash;
    if (!file.Read(chains + (symbol - header.first_symbol) * sizeof(uint32_t),
                   &hash)) {
      return 0;
    }
    // The lowest bit marks the end of a chain.
    if ((hash & 1) != 0) return symbol + 1;
  }
  return 0;
}

void ReadExports(const ByteSource& file, const Dynamic& dynamic,
                 ImageFacts* facts) {
  if (!dynamic.symbols.has_value()) return;
  const uint64_t count =
      std::min<uint64_t>(CountSymbols(file, dynamic), kMaxSymbols);
  for (uint64_t i = 1; i < count; ++i) {
    Symbol symbol;
    if (!file.Read(*dynamic.symbols + i * sizeof(Symbol), &symbol)) return;
    const uint8_t binding = symbol.info >> 4;
    const uint8_t visibility = symbol.other & kVisibilityMask;
    if (symbol.section == 0 || binding == kBindingLocal ||
        visibility == kVisibilityInternal || visibility == kVisibilityHidden) {
      continue;
    }
    if (facts->exports.size() >= kMaxNamesListed) return;
    std::string name = ReadString(file, dynamic, symbol.name);
    if (binding == kBindingGnuUnique) facts->unique_exports.push_back(name);
    facts->exports.push_back(std::move(name));
  }
}

}  // namespace

bool IsElf(const ByteSource& file) {
  char magic[4];
  return file.Read(0, &magic) && std::memcmp(magic,
                                             "\x7f"
                                             "ELF",
                                             4) == 0;
}

absl::StatusOr<std::string> ReadElfManifest(const ByteSource& file,
                                            uint16_t machine) {
  absl::StatusOr<Headers> headers = ReadHeaders(file);
  if (!headers.ok()) return headers.status();
  if (headers->file.machine != machine) {
    return absl::FailedPreconditionError(
        absl::StrCat("built for ", MachineName(headers->file.machine),
                     "; this program runs on ", MachineName(machine)));
  }
  // Linkers write the section headers last, so this detects files that are
  // truncated or still being written, even if all loaded parts are there.
  const uint64_t sections_size = uint64_t{headers->file.section_header_count} *
                                 headers->file.section_header_size;
  if (sections_size > file.size() ||
      headers->file.section_header_offset > file.size() - sections_size) {
    return Damaged("the section headers lie outside of it");
  }
  std::string manifest;
  int notes_left = kMaxNotes;
  for (const ProgramHeader& segment : headers->segments) {
    // The loader would refuse such a segment, or accesses would raise SIGBUS.
    if (segment.type == kSegmentLoad &&
        (segment.file_size > file.size() ||
         segment.offset > file.size() - segment.file_size)) {
      return Damaged("a segment lies outside of it");
    }
    if (segment.type != kSegmentNote) continue;
    absl::Status status =
        AppendRelibNotes(file, segment, &notes_left, &manifest);
    if (!status.ok()) return status;
  }
  if (manifest.empty()) {
    return absl::NotFoundError(
        "a shared library, but not a relib module: it holds no note of owner "
        "\"relib\". Build it with relib_module(), and give it RELIB_EXPORTS or "
        "RELIB_MAIN");
  }
  return manifest;
}

absl::StatusOr<ImageFacts> InspectElf(const ByteSource& file) {
  absl::StatusOr<Headers> headers = ReadHeaders(file);
  if (!headers.ok()) return headers.status();
  absl::StatusOr<Dynamic> dynamic = ReadDynamic(file, *headers);
  if (!dynamic.ok()) return dynamic.status();

  ImageFacts facts;
  facts.format = "ELF";
  facts.nodelete = (dynamic->flags1 & kFlag1NoDelete) != 0;
  facts.static_tls = (dynamic->flags & kFlagStaticTls) != 0;
  facts.text_relocations =
      dynamic->text_relocations || (dynamic->flags & kFlagTextRelocations) != 0;
  if (dynamic->soname.has_value()) {
    facts.own_name = ReadString(file, *dynamic, *dynamic->soname);
  }
  for (uint64_t index : dynamic->needed) {
    facts.needed.push_back(ReadString(file, *dynamic, index));
  }
  ReadExports(file, *dynamic, &facts);
  std::string manifest;
  int notes_left = kMaxNotes;
  for (const ProgramHeader& segment : headers->segments) {
    if (segment.type == kSegmentNote &&
        AppendRelibNotes(file, segment, &notes_left, &manifest).ok() &&
        !manifest.empty()) {
      facts.has_manifest = true;
    }
  }
  return facts;
}

}  // namespace relib::platform
