#include "platform/host/symbolizer.h"

#include <windows.h>
// After windows.h.
// clang-format off
#include <dbghelp.h>
// clang-format on

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_replace.h"
#include "platform/host/stack_walker.h"
#include "platform/image/coff_symbols.h"
#include "platform/shared/demangle.h"
#include "platform/windows/system/dbghelp.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/mapped_image.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

// Returns the contents of the file; empty if it can't be read.
std::string BytesOf(const std::wstring& path) {
  const Handle file(
      CreateFileW(path.c_str(), GENERIC_READ,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                  nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  LARGE_INTEGER size;
  if (!file || !GetFileSizeEx(file.get(), &size) || size.QuadPart > MAXDWORD) {
    return "";
  }
  std::string bytes(static_cast<size_t>(size.QuadPart), '\0');
  DWORD read = 0;
  if (!ReadFile(file.get(), bytes.data(), static_cast<DWORD>(bytes.size()),
                &read, nullptr) ||
      read != bytes.size()) {
    return "";
  }
  return bytes;
}

// Returns whether the image at `base` was loaded from a file with the contents
// `file`: another file may have taken the name of a renamed one. Compares the
// headers, except for the field that the loader changes.
bool IsImageOf(uintptr_t base, std::string_view file) {
  const auto* memory = reinterpret_cast<const char*>(base);
  const IMAGE_OPTIONAL_HEADER64& optional = ImageHeaders(base).OptionalHeader;
  const size_t changed =
      reinterpret_cast<uintptr_t>(&optional.ImageBase) - base;
  const size_t after = changed + sizeof(optional.ImageBase);
  const size_t size = optional.SizeOfHeaders;
  return size <= file.size() && after <= size &&
         std::memcmp(memory, file.data(), changed) == 0 &&
         std::memcmp(memory + after, file.data() + after, size - after) == 0;
}

// Returns whether the file is a part of the system. On Windows such files have
// no debug information; on Wine they have much, which takes long to read.
bool IsOfSystem(const std::wstring& path) {
  wchar_t directory[MAX_PATH];
  const int size = static_cast<int>(GetSystemDirectoryW(directory, MAX_PATH));
  return size > 0 && path.size() > static_cast<size_t>(size) &&
         CompareStringOrdinal(path.c_str(), size, directory, size, TRUE) ==
             CSTR_EQUAL;
}

// Returns relib's own session of DbgHelp, or null if there is none. The program
// and modules may have others under the handle of the process. The session
// begins at the first use and never ends, to keep what DbgHelp knows of the
// program, which can take long to read.
HANDLE Session() {
  static char session;
  // Without a search path, DbgHelp doesn't look in the current directory and
  // doesn't ask symbol servers. It finds the symbols that an image names.
  static const bool begun = SymInitializeW(&session, L"", FALSE) != FALSE;
  return begun ? &session : nullptr;
}

class WindowsSymbolizer final : public Symbolizer {
 public:
  WindowsSymbolizer() {
    old_options_ = SymGetOptions();
    SymSetOptions(SYMOPT_UNDNAME | SYMOPT_LOAD_LINES |
                  SYMOPT_FAIL_CRITICAL_ERRORS | SYMOPT_NO_PROMPTS);
  }
  ~WindowsSymbolizer() override {
    for (const auto& [base, image] : images_) {
      if (image.has_debug_info && !IsProgram(base)) {
        SymUnloadModule64(Session(), base);
      }
    }
    SymSetOptions(old_options_);
  }
  WindowsSymbolizer(const WindowsSymbolizer&) = delete;
  WindowsSymbolizer& operator=(const WindowsSymbolizer&) = delete;

  std::vector<Symbol> Resolve(uintptr_t address) override {
    const uintptr_t call = address - 1;
    const AddressRange range = ImageAt(call);
    Symbol symbol;
    if (range.begin == 0) return {symbol};
    const Image& image = ImageOf(range);
    symbol.image = image.path;
    symbol.offset = address - range.begin;
    // The linker's symbol table has the complete names.
    symbol.function = Demangle(
        CoffFunctionAt(image.file, static_cast<uint32_t>(call - range.begin)));
    if (!image.has_debug_info) return {symbol};
    if (symbol.function.empty()) symbol.function = NameOf(call);
    IMAGEHLP_LINEW64 line = {};
    line.SizeOfStruct = sizeof(line);
    DWORD displacement = 0;
    if (SymGetLineFromAddrW64(Session(), call, &displacement, &line)) {
      symbol.file = FileName(ToUtf8(line.FileName));
      symbol.line = static_cast<int>(line.LineNumber);
    }
    return {symbol};
  }

 private:
  struct Image {
    std::string path;
    // The contents of the file; empty if it isn't the one that is loaded.
    std::string file;
    bool has_debug_info = false;
  };

  static bool IsProgram(uintptr_t base) {
    return base == reinterpret_cast<uintptr_t>(GetModuleHandleW(nullptr));
  }

  const Image& ImageOf(const AddressRange& range) {
    const auto [known, is_new] = images_.try_emplace(range.begin);
    Image& image = known->second;
    if (!is_new) return image;
    const std::wstring path = ImagePath(reinterpret_cast<HMODULE>(range.begin));
    image.path = ToUtf8(path);
    image.file = BytesOf(path);
    if (!IsImageOf(range.begin, image.file)) image.file.clear();
    if (image.file.empty() || IsOfSystem(path) || Session() == nullptr) {
      return image;
    }
    // For the program, which DbgHelp knows already, it returns zero without an
    // error.
    SetLastError(ERROR_SUCCESS);
    image.has_debug_info =
        SymLoadModuleExW(Session(), nullptr, path.c_str(), nullptr, range.begin,
                         static_cast<DWORD>(range.end - range.begin), nullptr,
                         0) != 0 ||
        GetLastError() == ERROR_SUCCESS;
    return image;
  }

  static std::string NameOf(uintptr_t call) {
    std::string name = NameAt(call);
    if (!name.empty()) return name;
    // For a function without debug information, Wine knows where it begins but
    // not where it ends.
    DWORD64 image;
    const RUNTIME_FUNCTION* function =
        RtlLookupFunctionEntry(call, &image, nullptr);
    return function == nullptr ? "" : NameAt(image + function->BeginAddress);
  }

  static std::string NameAt(uintptr_t address) {
    struct {
      SYMBOL_INFOW info;
      wchar_t rest[MAX_SYM_NAME];
    } buffer = {};
    buffer.info.SizeOfStruct = sizeof(buffer.info);
    buffer.info.MaxNameLen = MAX_SYM_NAME;
    DWORD64 displacement = 0;
    if (!SymFromAddrW(Session(), address, &displacement, &buffer.info)) {
      return "";
    }
    // Public symbols are mangled; the others are in MSVC's notation.
    return absl::StrReplaceAll(
        Demangle(ToUtf8(buffer.info.Name)),
        {{"`anonymous namespace'", "(anonymous namespace)"}});
  }

  // Removes the name that Bazel gives to the directory in which it compiles.
  // DbgHelp changes slashes to backslashes and may put a drive before it.
  static std::string FileName(std::string name) {
    constexpr std::string_view kDirectory = "/proc/self/cwd/";
    std::replace(name.begin(), name.end(), '\\', '/');
    const size_t directory = name.find(kDirectory);
    return directory > 2 ? name : name.substr(directory + kDirectory.size());
  }

  const DbgHelpLock lock_;
  DWORD old_options_;
  // By the address of their first byte.
  std::map<uintptr_t, Image> images_;
};

}  // namespace

std::unique_ptr<Symbolizer> Symbolizer::Create() {
  return std::make_unique<WindowsSymbolizer>();
}

}  // namespace relib::platform
