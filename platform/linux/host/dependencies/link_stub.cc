#include "platform/linux/host/dependencies/link_stub.h"

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "platform/image/elf_file.h"

namespace relib::platform {
namespace {

constexpr uint64_t kPageSize = 4096;

template <typename T>
void Append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Appends `text` to a string table. Returns its index.
uint64_t AddString(std::string& strings, const std::string& text) {
  const uint64_t index = strings.size();
  strings.append(text).push_back('\0');
  return index;
}

ElfW(Dyn) Entry(int64_t tag, uint64_t value) {
  ElfW(Dyn) entry = {};
  entry.d_tag = tag;
  entry.d_un.d_val = value;
  return entry;
}

ElfW(Ehdr) FileHeader(size_t segments) {
  ElfW(Ehdr) header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
#if defined(__x86_64__)
  header.e_machine = EM_X86_64;
#elif defined(__aarch64__)
  header.e_machine = EM_AARCH64;
#else
#error "which machine?"
#endif
  header.e_version = EV_CURRENT;
  header.e_phoff = sizeof(header);
  header.e_ehsize = sizeof(header);
  header.e_phentsize = sizeof(ElfW(Phdr));
  header.e_phnum = static_cast<uint16_t>(segments);
  return header;
}

ElfW(Phdr)
    Segment(uint32_t type, uint64_t offset, uint64_t size, uint64_t alignment) {
  ElfW(Phdr) segment = {};
  segment.p_type = type;
  // The loader writes absolute addresses into the dynamic section.
  segment.p_flags = PF_R | PF_W;
  segment.p_offset = segment.p_vaddr = segment.p_paddr = offset;
  segment.p_filesz = segment.p_memsz = size;
  segment.p_align = alignment;
  return segment;
}

}  // namespace

std::string MakeLinkStub(const ElfLinks& links) {
  // One symbol, the undefined one that is always first, and a hash table of it.
  const ElfW(Sym) symbol = {};
  const uint32_t hash[4] = {1, 1, 0, 0};
  constexpr size_t kSegments = 3;
  constexpr uint64_t kSymbols =
      sizeof(ElfW(Ehdr)) + kSegments * sizeof(ElfW(Phdr));
  constexpr uint64_t kHash = kSymbols + sizeof(symbol);
  constexpr uint64_t kDynamic = kHash + sizeof(hash);

  std::string strings(1, '\0');
  std::vector<ElfW(Dyn)> dynamic;
  for (const std::string& name : links.needed) {
    dynamic.push_back(Entry(DT_NEEDED, AddString(strings, name)));
  }
  dynamic.push_back(Entry(links.inherits_run_path ? DT_RPATH : DT_RUNPATH,
                          AddString(strings, links.run_path)));
  constexpr size_t kOtherEntries = 6;
  const uint64_t dynamic_size =
      (dynamic.size() + kOtherEntries) * sizeof(ElfW(Dyn));
  dynamic.push_back(Entry(DT_HASH, kHash));
  dynamic.push_back(Entry(DT_SYMTAB, kSymbols));
  dynamic.push_back(Entry(DT_SYMENT, sizeof(symbol)));
  dynamic.push_back(Entry(DT_STRTAB, kDynamic + dynamic_size));
  dynamic.push_back(Entry(DT_STRSZ, strings.size()));
  dynamic.push_back(Entry(DT_NULL, 0));

  std::string bytes;
  Append(bytes, FileHeader(kSegments));
  Append(bytes, Segment(PT_LOAD, 0, kDynamic + dynamic_size + strings.size(),
                        kPageSize));
  Append(bytes, Segment(PT_DYNAMIC, kDynamic, dynamic_size, 8));
  // Without this segment, the loader would make all stacks executable.
  Append(bytes, Segment(PT_GNU_STACK, 0, 0, 16));
  Append(bytes, symbol);
  Append(bytes, hash);
  for (const ElfW(Dyn) & entry : dynamic) Append(bytes, entry);
  bytes.append(strings);
  return bytes;
}

}  // namespace relib::platform
