#include "platform/host/symbolizer.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#if !__has_include(<elfutils/libdwfl.h>)
#error "relib needs elfutils: install libdw-dev, or build with ./bazelw"
#endif
#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "platform/shared/demangle.h"

namespace relib::platform {
namespace {

// A loaded image, whatever its file contains by now.
struct LoadedImage {
  std::string path;
  // The difference between addresses in memory and in the file.
  uintptr_t bias = 0;
  // The address of the segment with the headers.
  uintptr_t begin = 0;
  // A unique identifier of the build; empty if the image was linked without
  // one.
  std::string build_id;
};

std::string BuildIdIn(const char* notes, size_t size) {
  const auto aligned = [](size_t n) { return (n + 3) & ~size_t{3}; };
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof(note));
    const size_t name = sizeof(note);
    const size_t description = name + aligned(note.n_namesz);
    const size_t end = description + aligned(note.n_descsz);
    if (end > size) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(notes + name, "GNU", 4) == 0) {
      return std::string(notes + description, note.n_descsz);
    }
    notes += end;
    size -= end;
  }
  return "";
}

struct ImageSearch {
  uintptr_t address;
  bool found;
  LoadedImage image;
};

int VisitImage(dl_phdr_info* info, size_t /*size*/, void* argument) {
  auto* search = static_cast<ImageSearch*>(argument);
  LoadedImage image = {.path = info->dlpi_name,
                       .bias = info->dlpi_addr,
                       .begin = 0,
                       .build_id = ""};
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD) {
      if (image.begin == 0) image.begin = begin;
      search->found |=
          search->address >= begin && search->address < begin + segment.p_memsz;
    } else if (segment.p_type == PT_NOTE && image.build_id.empty()) {
      image.build_id =
          BuildIdIn(reinterpret_cast<const char*>(begin), segment.p_memsz);
    }
  }
  if (!search->found) return 0;
  search->image = std::move(image);
  return 1;
}

// Disables the search for separate debug information. libdw would query servers
// on the network, and reading Debian's file for the C library alone takes 60
// ms.
int FindNoDebugInfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*,
                    const char*, GElf_Word, char**) {
  return -1;
}

constexpr Dwfl_Callbacks kCallbacks = {
    .find_elf = nullptr,
    .find_debuginfo = FindNoDebugInfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

// Removes the name of the directory that Bazel compiles in.
std::string FileName(const char* name) {
  if (name == nullptr) return "";
  return std::string(
      absl::StripPrefix(absl::StripPrefix(name, "/proc/self/cwd/"), "./"));
}

// Returns the name with namespaces and parameters if the debug information has
// it. GCC omits it for functions that are not visible in other files.
std::string LinkageNameOf(Dwarf_Die* function) {
  Dwarf_Attribute attribute;
  const char* name = dwarf_formstring(
      dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute));
  return name == nullptr ? "" : Demangle(name);
}

std::string PlainNameOf(Dwarf_Die* function) {
  const char* name = dwarf_diename(function);
  return name == nullptr ? "" : name;
}

Dwarf_Word NumberOf(Dwarf_Die* die, unsigned int which) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  return dwarf_formudata(dwarf_attr(die, which, &attribute), &value) == 0
             ? value
             : 0;
}

std::string CallFileOf(Dwarf_Die* inlined, Dwarf_Die* unit) {
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  const Dwarf_Word index = NumberOf(inlined, DW_AT_call_file);
  if (dwarf_getsrcfiles(unit, &files, &count) != 0 || index >= count) return "";
  return FileName(dwarf_filesrc(files, index, nullptr, nullptr));
}

// Returns the compilation unit of `call`. libdw finds it by the index of
// addresses that GCC writes. Clang writes none, so the units are searched.
Dwarf_Die* UnitOf(Dwfl_Module* module, Dwarf_Addr call, Dwarf_Addr* bias) {
  Dwarf_Die* unit = dwfl_module_addrdie(module, call, bias);
  if (unit != nullptr) return unit;
  while ((unit = dwfl_module_nextcu(module, unit, bias)) != nullptr) {
    if (dwarf_haspc(unit, call - *bias) == 1) return unit;
  }
  return nullptr;
}

class LinuxSymbolizer final : public Symbolizer {
 public:
  LinuxSymbolizer() : session_(dwfl_begin(&kCallbacks)) {}
  ~LinuxSymbolizer() override {
    if (session_ != nullptr) dwfl_end(session_);
  }
  LinuxSymbolizer(const LinuxSymbolizer&) = delete;
  LinuxSymbolizer& operator=(const LinuxSymbolizer&) = delete;

  std::vector<Symbol> Resolve(uintptr_t address) override {
    const uintptr_t call = address - 1;
    ImageSearch search = {.address = call, .found = false, .image = {}};
    dl_iterate_phdr(VisitImage, &search);
    Symbol place;
    if (!search.found) return {place};
    const LoadedImage& image = search.image;
    place.image = image.path.empty() ? ProgramPath() : image.path;
    place.offset = address - image.bias;
    Dwfl_Module* module = ModuleOf(image, place.image);
    if (module == nullptr) return {place};

    GElf_Off offset;
    GElf_Sym symbol;
    if (const char* name = dwfl_module_addrinfo(module, call, &offset, &symbol,
                                                nullptr, nullptr, nullptr)) {
      place.function = Demangle(name);
    }
    if (Dwfl_Line* line = dwfl_module_getsrc(module, call)) {
      place.file = FileName(
          dwfl_lineinfo(line, nullptr, &place.line, nullptr, nullptr, nullptr));
    } else {
      Dwarf_Addr bias = 0;
      Dwarf_Die* unit = UnitOf(module, call, &bias);
      if (Dwarf_Line* unit_line =
              unit == nullptr ? nullptr : dwarf_getsrc_die(unit, call - bias)) {
        place.file = FileName(dwarf_linesrc(unit_line, nullptr, nullptr));
        dwarf_lineno(unit_line, &place.line);
      }
    }
    return WithInlined(module, call, std::move(place));
  }

 private:
  static std::string ProgramPath() {
    char path[4096];
    const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
    return std::string(path, std::max<ssize_t>(size, 0));
  }

  // Returns null if the image's file cannot be read or has been replaced.
  Dwfl_Module* ModuleOf(const LoadedImage& image, const std::string& path) {
    const auto [known, is_new] = modules_.try_emplace(image.begin, nullptr);
    if (!is_new || session_ == nullptr) return known->second;
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return nullptr;
    dwfl_report_begin_add(session_);
    // Takes ownership of the descriptor on success.
    Dwfl_Module* module = dwfl_report_elf(session_, path.c_str(), path.c_str(),
                                          descriptor, image.bias, true);
    dwfl_report_end(session_, nullptr, nullptr);
    if (module == nullptr) {
      close(descriptor);
      return nullptr;
    }
    GElf_Addr bias;
    if (dwfl_module_getelf(module, &bias) == nullptr) return nullptr;
    const unsigned char* bits = nullptr;
    GElf_Addr address = 0;
    const int size = dwfl_module_build_id(module, &bits, &address);
    if (std::string_view(reinterpret_cast<const char*>(bits),
                         std::max(size, 0)) == image.build_id) {
      known->second = module;
    }
    return known->second;
  }

  // Splits `place` into the function and the functions that were inlined there,
  // according to the debug information.
  static std::vector<Symbol> WithInlined(Dwfl_Module* module, uintptr_t call,
                                         Symbol place) {
    std::vector<Symbol> symbols;
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = UnitOf(module, call, &bias);
    Dwarf_Die* scopes = nullptr;
    int count =
        unit == nullptr ? 0 : dwarf_getscopes(unit, call - bias, &scopes);
    const std::unique_ptr<Dwarf_Die, void (*)(void*)> innermost(scopes,
                                                                std::free);
    if (count > 0) {
      // Use the scopes around the call: the first answer has those around the
      // definition of an inlined function.
      scopes = nullptr;
      count = dwarf_getscopes_die(innermost.get(), &scopes);
    } else {
      scopes = nullptr;
    }
    const std::unique_ptr<Dwarf_Die, void (*)(void*)> around(scopes, std::free);
    for (int i = 0; i < count; ++i) {
      Dwarf_Die* scope = around.get() + i;
      const int tag = dwarf_tag(scope);
      if (tag == DW_TAG_subprogram) {
        if (std::string name = LinkageNameOf(scope); !name.empty()) {
          place.function = std::move(name);
        } else if (place.function.empty()) {
          place.function = PlainNameOf(scope);
        }
        break;
      }
      if (tag != DW_TAG_inlined_subroutine) continue;
      Symbol inlined = place;
      inlined.function = LinkageNameOf(scope);
      if (inlined.function.empty()) inlined.function = PlainNameOf(scope);
      inlined.is_inlined = true;
      symbols.push_back(std::move(inlined));
      place.file = CallFileOf(scope, unit);
      place.line = static_cast<int>(NumberOf(scope, DW_AT_call_line));
    }
    symbols.push_back(std::move(place));
    return symbols;
  }

  Dwfl* const session_;
  // By start address.
  std::map<uintptr_t, Dwfl_Module*> modules_;
};

}  // namespace

std::unique_ptr<Symbolizer> Symbolizer::Create() {
  return std::make_unique<LinuxSymbolizer>();
}

}  // namespace relib::platform
