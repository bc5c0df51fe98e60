#include "platform/windows/resources/handles/handle_text.h"

#include <windows.h>
// After windows.h.
#include <psapi.h>
#include <winternl.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/windows/system/mapped_image.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

// Classes of NtQueryObject(). Both answers begin with a UNICODE_STRING.
constexpr int kObjectNameInformation = 1;
constexpr int kObjectTypeInformation = 2;

std::string QueryText(HANDLE handle, int what) {
  using Query =
      LONG(NTAPI*)(HANDLE, int what, void* answer, ULONG size, ULONG* needed);
  static const auto query = reinterpret_cast<Query>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryObject")));
  if (query == nullptr) return "";
  // Aligned for UNICODE_STRING.
  std::vector<uint64_t> answer(256);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto size = static_cast<ULONG>(answer.size() * sizeof(uint64_t));
    ULONG needed = 0;
    if (query(handle, what, answer.data(), size, &needed) >= 0) {
      const auto* text = reinterpret_cast<const UNICODE_STRING*>(answer.data());
      if (text->Buffer == nullptr) return "";
      return ToUtf8({text->Buffer, text->Length / sizeof(wchar_t)});
    }
    if (needed <= size) return "";
    answer.resize(needed / sizeof(uint64_t) + 1);
  }
  return "";
}

std::string DescribeFile(HANDLE file) {
  switch (GetFileType(file)) {
    case FILE_TYPE_PIPE:
      // Asking for its name would wait for a thread that reads from the pipe.
      return "pipe";
    case FILE_TYPE_CHAR:
      return "device";
    case FILE_TYPE_DISK:
      break;
    default:
      return "file";
  }
  std::wstring path(MAX_PATH, L'\0');
  DWORD size = GetFinalPathNameByHandleW(
      file, path.data(), static_cast<DWORD>(path.size()), VOLUME_NAME_DOS);
  if (size > path.size()) {
    path.resize(size);
    size = GetFinalPathNameByHandleW(
        file, path.data(), static_cast<DWORD>(path.size()), VOLUME_NAME_DOS);
  }
  if (size == 0 || size > path.size()) return "file";
  path.resize(size);
  constexpr std::wstring_view kPrefix = L"\\\\?\\";
  if (path.starts_with(kPrefix)) path.erase(0, kPrefix.size());
  return ToUtf8(path);
}

// Returns the name that the system's functions use for a type of the kernel.
std::string TypeName(std::string_view type) {
  if (type == "Event") return "event";
  if (type == "Mutant") return "mutex";
  if (type == "Semaphore") return "semaphore";
  if (type == "Timer") return "waitable timer";
  if (type == "Section") return "file mapping";
  if (type == "IoCompletion") return "completion port";
  if (type == "Job") return "job";
  if (type == "Key") return "registry key";
  return std::string(type);
}

}  // namespace

HandleText DescribeHandle(HANDLE handle) {
  const std::string type = QueryText(handle, kObjectTypeInformation);
  if (type.empty()) {
    DWORD flags = 0;
    if (!GetHandleInformation(handle, &flags)) return {};
    return {.kind = "handle", .text = "unknown"};
  }
  if (type == "File") {
    return {.kind = "open file", .text = DescribeFile(handle)};
  }
  if (type == "Process") {
    return {.kind = "handle",
            .text = absl::StrCat("process ", GetProcessId(handle))};
  }
  if (type == "Thread") {
    return {.kind = "handle",
            .text = absl::StrCat("thread ", GetThreadId(handle))};
  }
  std::string name = QueryText(handle, kObjectNameInformation);
  // "\Sessions\1\BaseNamedObjects\x"
  if (const size_t slash = name.rfind('\\'); slash != name.npos) {
    name.erase(0, slash + 1);
  }
  return {.kind = "handle",
          .text = absl::StrCat(TypeName(type), name.empty() ? "" : " ", name)};
}

std::string DescribeMappedFile(void* address) {
  std::wstring name(32'768, L'\0');
  name.resize(K32GetMappedFileNameW(GetCurrentProcess(), address, name.data(),
                                    static_cast<DWORD>(name.size())));
  // Wine returns "\??\C:\a\b", Windows "\Device\HarddiskVolume2\a\b".
  constexpr std::wstring_view kPrefix = L"\\??\\";
  if (name.starts_with(kPrefix)) return ToUtf8(name.substr(kPrefix.size()));
  for (wchar_t letter = L'A'; letter <= L'Z'; ++letter) {
    const wchar_t drive[] = {letter, L':', L'\0'};
    wchar_t device[512];
    if (QueryDosDeviceW(drive, device, 512) == 0) continue;
    const std::wstring prefix = std::wstring(device) + L'\\';
    if (name.starts_with(prefix)) {
      return ToUtf8(drive + name.substr(prefix.size() - 1));
    }
  }
  return ToUtf8(name);
}

std::string DescribeLibrary(HMODULE library) {
  const std::wstring path = ImagePath(library);
  return path.empty() ? "a data file" : ToUtf8(path);
}

bool IsThisProcess(HANDLE process) {
  return process == GetCurrentProcess() ||
         GetProcessId(process) == GetCurrentProcessId();
}

}  // namespace relib::platform
