#include "platform/image/pe_file.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace relib::platform {
namespace {

// Normal libraries stay far below all of these limits.
constexpr uint32_t kMaxManifestSize = 1 << 20;
constexpr uint32_t kMaxExportedNames = 1 << 16;  // ordinals have 16 bits
constexpr uint32_t kMaxImportedLibraries = 1 << 12;
constexpr size_t kMaxLibraryName = 512;
constexpr size_t kSymbolSize = 18;
constexpr size_t kMaxSymbolName = 1 << 16;
constexpr uint32_t kMaxDebugEntries = 1 << 8;
constexpr size_t kMaxPdbName = 1 << 16;

// Offsets from the PE signature.
constexpr uint64_t kCoffHeader = 4;
constexpr uint64_t kOptionalHeader = 24;
constexpr uint64_t kSectionHeaderSize = 40;

constexpr uint16_t kMagic32 = 0x10b;
constexpr uint16_t kMagic64 = 0x20b;
constexpr uint16_t kIsDll = 0x2000;

enum Directory : uint32_t {
  kExportDirectory = 0,
  kImportDirectory = 1,
  kDebugDirectory = 6,
  kDelayImportDirectory = 13,
  kDirectoryCount = 16,
};

constexpr std::string_view kManifestSection = ".relib";

absl::Status Damaged(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("a damaged or truncated PE file: ", what));
}

std::string MachineName(uint16_t machine) {
  switch (machine) {
    case 0x14c:
      return "x86 (32 bits)";
    case 0x1c0:
    case 0x1c4:
      return "ARM (32 bits)";
    case kPeMachineX86_64:
      return "x86-64";
    case 0xaa64:
      return "ARM64";
    case 0x5064:
      return "RISC-V (64 bits)";
    default:
      return absl::StrCat("machine 0x", absl::Hex(machine));
  }
}

// Reads a number. The format and all machines that use it are little-endian.
template <typename T>
T Field(const unsigned char* bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes + offset, sizeof(T));
  return value;
}

// Returns the part before the first NUL, or everything.
std::string_view UntilNul(const char* bytes, size_t size) {
  const void* nul = std::memchr(bytes, 0, size);
  if (nul == nullptr) return {bytes, size};
  return {bytes, static_cast<size_t>(static_cast<const char*>(nul) - bytes)};
}

struct Section {
  uint32_t address;       // in the image
  uint32_t virtual_size;  // in the image
  uint32_t offset;        // in the file
  uint32_t size;          // in the file
};

// A part of the file that a directory entry or a pointer refers to.
struct Range {
  uint64_t offset;
  // The number of bytes up to the end of the section's contents in the file.
  uint64_t size;
};

// The headers of a PE file. Fields that are used have been checked.
class PeFile {
 public:
  static absl::StatusOr<PeFile> Open(const ByteSource& file);

  uint16_t machine() const { return machine_; }
  bool is_dll() const { return (characteristics_ & kIsDll) != 0; }

  // Reads the optional header and the section table. Separate from Open(), so
  // that a library for another machine is reported as such before any other
  // error.
  absl::Status ReadHeaders();

  // Returns an error if the file ends before the contents that its headers
  // describe. Parts of these are not loaded, so a loader accepts files that are
  // still being written.
  absl::Status CheckComplete() const;

  absl::StatusOr<std::string> Manifest() const;
  bool has_manifest() const { return manifest_count_ > 0; }

  absl::Status ReadExports(ImageFacts& facts) const;
  absl::Status ReadImports(Directory directory,
                           std::vector<std::string>& names) const;
  absl::StatusOr<std::optional<DebugFileName>> PdbName() const;

 private:
  explicit PeFile(const ByteSource& file) : file_(&file) {}

  bool Locate(uint32_t address, Range& range) const;
  // Reads a name and subtracts its length from `budget`. Names that do not
  // overlap never exceed the size of the file, so the budget keeps a small file
  // from using much memory.
  absl::StatusOr<std::string> ReadName(uint32_t address, size_t max_length,
                                       uint64_t& budget,
                                       std::string_view what) const;

  const ByteSource* file_;
  uint64_t signature_ = 0;
  uint16_t machine_ = 0;
  uint16_t section_count_ = 0;
  uint32_t symbols_ = 0;  // offset; 0 if there are none
  uint32_t symbol_count_ = 0;
  uint16_t optional_header_size_ = 0;
  uint16_t characteristics_ = 0;
  uint16_t magic_ = 0;
  uint32_t headers_size_ = 0;
  uint32_t directory_[kDirectoryCount] = {};  // addresses; 0 if there is none
  uint32_t debug_directory_size_ = 0;
  std::vector<Section> sections_;  // by address, not overlapping
  uint32_t manifest_count_ = 0;
  Section manifest_ = {};
};

absl::StatusOr<PeFile> PeFile::Open(const ByteSource& file) {
  PeFile pe(file);
  if (!IsPe(file)) {
    return absl::InvalidArgumentError(
        "not a Windows library: it doesn't start with \"MZ\"");
  }
  uint32_t signature_offset;
  if (!file.Read(0x3c, &signature_offset)) {
    return Damaged(absl::StrCat("it ends inside of the DOS header, after ",
                                file.size(), " bytes"));
  }
  pe.signature_ = signature_offset;
  char signature[4];
  if (!file.ReadAt(pe.signature_, signature, sizeof(signature))) {
    return Damaged(absl::StrCat("its PE header should be at ", pe.signature_,
                                ", the file ends at ", file.size()));
  }
  if (std::memcmp(signature, "PE\0\0", 4) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not a Windows library: no PE signature at ", pe.signature_,
        "; it is a program of DOS or 16-bit Windows, or damaged"));
  }
  unsigned char coff[20];
  if (!file.ReadAt(pe.signature_ + kCoffHeader, coff, sizeof(coff))) {
    return Damaged("it ends inside of the COFF header");
  }
  pe.machine_ = Field<uint16_t>(coff, 0);
  pe.section_count_ = Field<uint16_t>(coff, 2);
  pe.symbols_ = Field<uint32_t>(coff, 8);
  pe.symbol_count_ = Field<uint32_t>(coff, 12);
  pe.optional_header_size_ = Field<uint16_t>(coff, 16);
  pe.characteristics_ = Field<uint16_t>(coff, 18);
  return pe;
}

absl::Status PeFile::ReadHeaders() {
  const uint64_t optional = signature_ + kOptionalHeader;
  if (optional_header_size_ < 2 || !file_->Read(optional, &magic_)) {
    return Damaged("it has no optional header");
  }
  if (magic_ != kMagic32 && magic_ != kMagic64) {
    return Damaged(absl::StrCat("its optional header has the unknown magic 0x",
                                absl::Hex(magic_)));
  }
  if (machine_ == kPeMachineX86_64 && magic_ != kMagic64) {
    return Damaged("it is for x86-64, but its optional header is for 32 bits");
  }
  // The 64-bit header lacks one field, and four others are longer by 4 bytes.
  const uint32_t directories = magic_ == kMagic64 ? 112 : 96;
  unsigned char header[112];
  if (optional_header_size_ < directories ||
      !file_->ReadAt(optional, header, directories)) {
    return Damaged("its optional header is cut off");
  }
  headers_size_ = Field<uint32_t>(header, 60);
  const uint32_t directory_count =
      std::min<uint32_t>(Field<uint32_t>(header, directories - 4),
                         static_cast<uint32_t>(kDirectoryCount));
  if (optional_header_size_ < directories + 8 * directory_count) {
    return Damaged(absl::StrCat("its optional header has ",
                                optional_header_size_, " bytes, too few for ",
                                directory_count, " directories"));
  }
  for (uint32_t i = 0; i < directory_count; ++i) {
    if (!file_->Read(optional + directories + 8 * i, &directory_[i])) {
      return Damaged("it ends inside of the directories");
    }
  }
  if (directory_[kDebugDirectory] != 0 &&
      !file_->Read(optional + directories + 8 * kDebugDirectory + 4,
                   &debug_directory_size_)) {
    return Damaged("it ends inside of the directories");
  }

  const uint64_t table = optional + optional_header_size_;
  uint64_t end = 0;
  for (uint32_t i = 0; i < section_count_; ++i) {
    unsigned char bytes[kSectionHeaderSize];
    if (!file_->ReadAt(table + i * kSectionHeaderSize, bytes, sizeof(bytes))) {
      return Damaged(absl::StrCat("it ends inside of its section table: ", i,
                                  " of ", section_count_, " are there"));
    }
    const Section section = {
        .address = Field<uint32_t>(bytes, 12),
        .virtual_size = Field<uint32_t>(bytes, 8),
        .offset = Field<uint32_t>(bytes, 20),
        .size = Field<uint32_t>(bytes, 16),
    };
    // The loader of Windows also refuses sections that are not in order.
    if (section.address < end) {
      return Damaged(absl::StrCat("section ", i + 1,
                                  " overlaps the one before, or they are not "
                                  "in the order of their addresses"));
    }
    end =
        uint64_t{section.address} + std::max<uint32_t>(section.virtual_size, 1);
    sections_.push_back(section);
    const auto* name = reinterpret_cast<const char*>(bytes);
    if (UntilNul(name, 8) == kManifestSection) {
      ++manifest_count_;
      manifest_ = section;
    }
  }
  return absl::OkStatus();
}

absl::Status PeFile::CheckComplete() const {
  for (size_t i = 0; i < sections_.size(); ++i) {
    if (sections_[i].offset != 0 &&
        uint64_t{sections_[i].offset} + sections_[i].size > file_->size()) {
      return Damaged(absl::StrCat("section ", i + 1,
                                  " reaches beyond the end of the file, ",
                                  file_->size()));
    }
  }
  if (symbols_ == 0) return absl::OkStatus();
  // The string table follows the symbols. It begins with its size.
  const uint64_t names = symbols_ + uint64_t{symbol_count_} * kSymbolSize;
  uint32_t names_size;
  if (!file_->Read(names, &names_size) || names + names_size > file_->size()) {
    return Damaged("its symbols reach beyond the end of the file");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> PeFile::Manifest() const {
  if (manifest_count_ == 0) {
    return absl::NotFoundError(
        absl::StrCat("a Windows library, but not a relib module: it has no "
                     "section ",
                     kManifestSection,
                     ". Build it with relib_module(), and give it "
                     "RELIB_EXPORTS or RELIB_MAIN"));
  }
  if (manifest_count_ > 1) {
    return Damaged(absl::StrCat("it has ", manifest_count_, " sections ",
                                kManifestSection));
  }
  // Object files leave the virtual size zero, and some linkers copy that.
  const uint32_t size =
      manifest_.virtual_size != 0 ? manifest_.virtual_size : manifest_.size;
  if (size > kMaxManifestSize) {
    return Damaged(absl::StrCat("section ", kManifestSection, " has ", size,
                                " bytes; at most ", kMaxManifestSize,
                                " are allowed"));
  }
  if (size > manifest_.size) {
    return Damaged(absl::StrCat("section ", kManifestSection, " has ", size,
                                " bytes, but only ", manifest_.size,
                                " of them are in the file"));
  }
  const uint64_t offset = manifest_.offset;
  if (offset > file_->size() || size > file_->size() - offset) {
    return Damaged(absl::StrCat(
        "section ", kManifestSection, " (", size, " bytes at ", offset,
        ") goes beyond the end of the file at ", file_->size()));
  }
  std::string manifest(size, '\0');
  if (!file_->ReadAt(offset, manifest.data(), manifest.size())) {
    return Damaged(
        absl::StrCat("section ", kManifestSection, " can't be read"));
  }
  return manifest;
}

bool PeFile::Locate(uint32_t address, Range& range) const {
  // The headers are mapped as they are in the file.
  if (address < headers_size_ && address < file_->size()) {
    range = {address,
             std::min<uint64_t>(headers_size_, file_->size()) - address};
    return true;
  }
  auto after = std::upper_bound(
      sections_.begin(), sections_.end(), address,
      [](uint32_t a, const Section& section) { return a < section.address; });
  if (after == sections_.begin()) return false;
  const Section& section = *std::prev(after);
  const uint32_t inside = address - section.address;
  if (inside >= section.size) return false;
  const uint64_t offset = uint64_t{section.offset} + inside;
  if (offset >= file_->size()) return false;
  range = {offset,
           std::min<uint64_t>(section.size - inside, file_->size() - offset)};
  return true;
}

absl::StatusOr<std::string> PeFile::ReadName(uint32_t address,
                                             size_t max_length,
                                             uint64_t& budget,
                                             std::string_view what) const {
  Range range;
  if (!Locate(address, range)) {
    return Damaged(absl::StrCat(what, " at address 0x", absl::Hex(address),
                                " is not in the file"));
  }
  std::string name;
  while (range.size > 0) {
    char chunk[64];
    const size_t count = std::min<uint64_t>(range.size, sizeof(chunk));
    if (!file_->ReadAt(range.offset, chunk, count)) break;
    const std::string_view part = UntilNul(chunk, count);
    name.append(part);
    if (name.size() > max_length) {
      return Damaged(absl::StrCat(what, " at address 0x", absl::Hex(address),
                                  " is longer than ", max_length,
                                  " characters"));
    }
    if (part.size() < count) {
      if (name.size() >= budget) {
        return Damaged(absl::StrCat(what, " at address 0x", absl::Hex(address),
                                    " overlaps other names"));
      }
      budget -= name.size() + 1;
      return name;
    }
    range.offset += count;
    range.size -= count;
  }
  return Damaged(
      absl::StrCat(what, " at address 0x", absl::Hex(address), " doesn't end"));
}

absl::Status PeFile::ReadExports(ImageFacts& facts) const {
  if (directory_[kExportDirectory] == 0) return absl::OkStatus();
  Range range;
  unsigned char header[40];
  if (!Locate(directory_[kExportDirectory], range) ||
      range.size < sizeof(header) ||
      !file_->ReadAt(range.offset, header, sizeof(header))) {
    return Damaged(absl::StrCat("its export directory at address 0x",
                                absl::Hex(directory_[kExportDirectory]),
                                " is not in the file"));
  }
  uint64_t budget = file_->size();
  if (const uint32_t address = Field<uint32_t>(header, 12); address != 0) {
    absl::StatusOr<std::string> name =
        ReadName(address, kMaxLibraryName, budget, "its own name");
    if (!name.ok()) return name.status();
    facts.own_name = *std::move(name);
  }
  const uint32_t count = Field<uint32_t>(header, 24);
  if (count == 0) return absl::OkStatus();
  if (count > kMaxExportedNames) {
    return Damaged(absl::StrCat("it claims to export ", count, " names; only ",
                                kMaxExportedNames, " are possible"));
  }
  Range names;
  if (!Locate(Field<uint32_t>(header, 32), names) ||
      names.size < uint64_t{count} * 4) {
    return Damaged(
        absl::StrCat("its table of ", count,
                     " exported names is not in the file or is cut off"));
  }
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t address;
    if (!file_->Read(names.offset + uint64_t{i} * 4, &address)) {
      return Damaged("its table of exported names can't be read");
    }
    absl::StatusOr<std::string> name =
        ReadName(address, kMaxSymbolName, budget, "the name of an export");
    if (!name.ok()) return name.status();
    facts.exports.push_back(*std::move(name));
  }
  return absl::OkStatus();
}

absl::Status PeFile::ReadImports(Directory directory,
                                 std::vector<std::string>& names) const {
  if (directory_[directory] == 0) return absl::OkStatus();
  const bool delayed = directory == kDelayImportDirectory;
  const uint32_t entry_size = delayed ? 32 : 20;
  const uint32_t name_field = delayed ? 4 : 12;
  const std::string_view what =
      delayed ? "its delay-import directory" : "its import directory";
  Range range;
  if (!Locate(directory_[directory], range)) {
    return Damaged(absl::StrCat(what, " at address 0x",
                                absl::Hex(directory_[directory]),
                                " is not in the file"));
  }
  uint64_t budget = file_->size();
  for (uint32_t i = 0; i < kMaxImportedLibraries; ++i) {
    uint32_t address;
    if (range.size < entry_size ||
        !file_->Read(range.offset + name_field, &address)) {
      return Damaged(absl::StrCat(what, " doesn't end"));
    }
    if (address == 0) return absl::OkStatus();
    absl::StatusOr<std::string> name = ReadName(
        address, kMaxLibraryName, budget, "the name of an imported library");
    if (!name.ok()) return name.status();
    names.push_back(*std::move(name));
    range.offset += entry_size;
    range.size -= entry_size;
  }
  return Damaged(absl::StrCat(what, " names more than ", kMaxImportedLibraries,
                              " libraries"));
}

absl::StatusOr<std::optional<DebugFileName>> PeFile::PdbName() const {
  constexpr uint32_t kEntrySize = 28;
  constexpr uint32_t kCodeView = 2;
  // "RSDS", the identity and age of the PDB file, and its name.
  constexpr uint32_t kNameOffset = 24;
  if (directory_[kDebugDirectory] == 0) return std::nullopt;
  Range range;
  if (!Locate(directory_[kDebugDirectory], range) ||
      debug_directory_size_ > range.size ||
      debug_directory_size_ > kMaxDebugEntries * kEntrySize) {
    return Damaged(absl::StrCat("its debug directory at address 0x",
                                absl::Hex(directory_[kDebugDirectory]),
                                " is not in the file or is too long"));
  }
  for (uint32_t i = 0; i < debug_directory_size_ / kEntrySize; ++i) {
    unsigned char entry[kEntrySize];
    if (!file_->ReadAt(range.offset + uint64_t{i} * kEntrySize, entry,
                       sizeof(entry))) {
      return Damaged("its debug directory can't be read");
    }
    if (Field<uint32_t>(entry, 12) != kCodeView) continue;
    const uint32_t size = Field<uint32_t>(entry, 16);
    const uint64_t offset = Field<uint32_t>(entry, 24);
    char format[4];
    if (size <= kNameOffset || !file_->ReadAt(offset, format, 4) ||
        std::memcmp(format, "RSDS", 4) != 0) {
      continue;  // an obsolete format
    }
    std::string name(std::min<size_t>(size - kNameOffset, kMaxPdbName), '\0');
    if (!file_->ReadAt(offset + kNameOffset, name.data(), name.size())) {
      return Damaged("the name of its PDB file is cut off");
    }
    const std::string_view path = UntilNul(name.data(), name.size());
    if (path.size() == name.size()) {
      return Damaged("the name of its PDB file doesn't end");
    }
    return DebugFileName{.path = std::string(path),
                         .offset = offset + kNameOffset,
                         .max_size = name.size() - 1};
  }
  return std::nullopt;
}

}  // namespace

bool IsPe(const ByteSource& file) {
  char magic[2];
  return file.Read(0, &magic) && magic[0] == 'M' && magic[1] == 'Z';
}

absl::StatusOr<std::string> ReadPeManifest(const ByteSource& file,
                                           uint16_t machine) {
  absl::StatusOr<PeFile> pe = PeFile::Open(file);
  if (!pe.ok()) return pe.status();
  if (pe->machine() != machine) {
    return absl::FailedPreconditionError(
        absl::StrCat("a Windows library for ", MachineName(pe->machine()),
                     "; this program is for ", MachineName(machine)));
  }
  if (!pe->is_dll()) {
    return absl::InvalidArgumentError("a Windows program, not a library");
  }
  if (absl::Status status = pe->ReadHeaders(); !status.ok()) return status;
  if (absl::Status status = pe->CheckComplete(); !status.ok()) return status;
  return pe->Manifest();
}

absl::StatusOr<ImageFacts> InspectPe(const ByteSource& file) {
  absl::StatusOr<PeFile> pe = PeFile::Open(file);
  if (!pe.ok()) return pe.status();
  ImageFacts facts;
  facts.format = "PE";
  if (absl::Status status = pe->ReadHeaders(); !status.ok()) return status;
  facts.has_manifest = pe->has_manifest();
  if (absl::Status status = pe->ReadExports(facts); !status.ok()) return status;
  for (Directory directory : {kImportDirectory, kDelayImportDirectory}) {
    absl::Status status = pe->ReadImports(directory, facts.needed);
    if (!status.ok()) return status;
  }
  return facts;
}

absl::StatusOr<std::optional<DebugFileName>> FindPdbName(
    const ByteSource& file) {
  absl::StatusOr<PeFile> pe = PeFile::Open(file);
  if (!pe.ok()) return pe.status();
  if (absl::Status status = pe->ReadHeaders(); !status.ok()) return status;
  return pe->PdbName();
}

}  // namespace relib::platform
