#include <direct.h>
#include <io.h>
#include <locale.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/native/mutex.h"
#include "platform/windows/resources/handles/handle_text.h"
#include "platform/windows/resources/resources.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

constexpr std::string_view kKindText = "process state";

// Converts text from the encoding of functions that end in A.
std::wstring FromAnsi(std::string_view text) {
  if (text.empty()) return L"";
  const auto size = static_cast<int>(text.size());
  std::wstring wide(text.size(), L'\0');
  wide.resize(MultiByteToWideChar(CP_ACP, 0, text.data(), size, wide.data(),
                                  static_cast<int>(wide.size())));
  return wide;
}

std::wstring CurrentDirectory() {
  std::wstring path(32'768, L'\0');
  path.resize(
      GetCurrentDirectoryW(static_cast<DWORD>(path.size()), path.data()));
  return path;
}

std::optional<std::wstring> Variable(const std::wstring& name) {
  SetLastError(ERROR_SUCCESS);
  std::wstring value(32'768, L'\0');
  const DWORD size = GetEnvironmentVariableW(name.c_str(), value.data(),
                                             static_cast<DWORD>(value.size()));
  if (size == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND) {
    return std::nullopt;
  }
  value.resize(size);
  return value;
}

std::string TextOf(const std::optional<std::wstring>& value) {
  return value.has_value() ? ToUtf8(*value) : "not set";
}

// State of the whole process that a module has changed. It is reported when the
// module goes, and is left as it is, because nobody can tell which code relies
// on it by then. Each value is saved before its first change.
class ProcessState final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kProcessState;

  void SaveDirectory() {
    const std::lock_guard lock(mutex_);
    if (!directory_.has_value()) directory_ = CurrentDirectory();
  }

  void SaveVariable(std::wstring name) {
    const std::lock_guard lock(mutex_);
    if (variables_.contains(name)) return;
    std::optional<std::wstring> value = Variable(name);
    variables_.emplace(std::move(name), std::move(value));
  }

  void SaveLocale() {
    const std::lock_guard lock(mutex_);
    if (!locale_.has_value()) locale_ = ::setlocale(LC_ALL, nullptr);
  }

  void SaveErrorMode() {
    const std::lock_guard lock(mutex_);
    if (!error_mode_.has_value()) error_mode_ = GetErrorMode();
  }

  void SavePriority() {
    const std::lock_guard lock(mutex_);
    if (!priority_.has_value()) {
      priority_ = GetPriorityClass(GetCurrentProcess());
    }
  }

  void RecordMask(int before, int now) {
    const std::lock_guard lock(mutex_);
    if (!mask_.has_value()) mask_ = before;
    mask_now_ = now;
  }

  void Reclaim(ReclaimReport& report) override {
    const std::lock_guard lock(mutex_);
    if (directory_.has_value() && *directory_ != CurrentDirectory()) {
      report.Add(kKindText, absl::StrCat("working directory: ",
                                         ToUtf8(CurrentDirectory())));
    }
    if (mask_.has_value() && *mask_ != mask_now_) {
      report.Add(kKindText,
                 absl::StrFormat("umask: %03o, was %03o", mask_now_, *mask_));
    }
    if (locale_.has_value()) {
      const std::string_view now = ::setlocale(LC_ALL, nullptr);
      if (now != *locale_) {
        report.Add(kKindText,
                   absl::StrCat("locale: ", now, ", was ", *locale_));
      }
    }
    for (const auto& [name, before] : variables_) {
      const std::optional<std::wstring> now = Variable(name);
      if (now == before) continue;
      report.Add(kKindText,
                 absl::StrCat("environment variable ", ToUtf8(name), ": ",
                              TextOf(now), ", was ", TextOf(before)));
    }
    if (error_mode_.has_value() && *error_mode_ != GetErrorMode()) {
      report.Add(kKindText, absl::StrFormat("error mode: %#x, was %#x",
                                            GetErrorMode(), *error_mode_));
    }
    if (priority_.has_value() &&
        *priority_ != GetPriorityClass(GetCurrentProcess())) {
      report.Add(
          kKindText,
          absl::StrFormat("priority class: %#x, was %#x",
                          GetPriorityClass(GetCurrentProcess()), *priority_));
    }
  }

 private:
  Mutex mutex_;
  std::optional<std::wstring> directory_;
  std::map<std::wstring, std::optional<std::wstring>> variables_;
  std::optional<std::string> locale_;
  std::optional<UINT> error_mode_;
  std::optional<DWORD> priority_;
  std::optional<int> mask_;
  int mask_now_ = 0;
};

ProcessState& Of(const Caller* caller) {
  return ResourcesOf<ProcessState>(caller);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeProcessState() {
  return std::make_unique<ProcessState>();
}

BOOL hooks::SetCurrentDirectoryA(const Caller* caller, const char* path) {
  Of(caller).SaveDirectory();
  return ::SetCurrentDirectoryA(path);
}

BOOL hooks::SetCurrentDirectoryW(const Caller* caller, const wchar_t* path) {
  Of(caller).SaveDirectory();
  return ::SetCurrentDirectoryW(path);
}

int hooks::_chdir(const Caller* caller, const char* path) {
  Of(caller).SaveDirectory();
  return ::_chdir(path);
}

int hooks::_wchdir(const Caller* caller, const wchar_t* path) {
  Of(caller).SaveDirectory();
  return ::_wchdir(path);
}

BOOL hooks::SetEnvironmentVariableA(const Caller* caller, const char* name,
                                    const char* value) {
  if (name != nullptr) Of(caller).SaveVariable(FromAnsi(name));
  return ::SetEnvironmentVariableA(name, value);
}

BOOL hooks::SetEnvironmentVariableW(const Caller* caller, const wchar_t* name,
                                    const wchar_t* value) {
  if (name != nullptr) Of(caller).SaveVariable(name);
  return ::SetEnvironmentVariableW(name, value);
}

int hooks::_putenv(const Caller* caller, const char* assignment) {
  const std::string_view text = assignment;
  Of(caller).SaveVariable(FromAnsi(text.substr(0, text.find('='))));
  return ::_putenv(assignment);
}

int hooks::_wputenv(const Caller* caller, const wchar_t* assignment) {
  const std::wstring_view text = assignment;
  Of(caller).SaveVariable(std::wstring(text.substr(0, text.find(L'='))));
  return ::_wputenv(assignment);
}

int hooks::_putenv_s(const Caller* caller, const char* name,
                     const char* value) {
  Of(caller).SaveVariable(FromAnsi(name));
  return ::_putenv_s(name, value);
}

int hooks::_wputenv_s(const Caller* caller, const wchar_t* name,
                      const wchar_t* value) {
  Of(caller).SaveVariable(name);
  return ::_wputenv_s(name, value);
}

int hooks::_umask(const Caller* caller, int mask) {
  const int before = ::_umask(mask);
  Of(caller).RecordMask(before, mask);
  return before;
}

char* hooks::setlocale(const Caller* caller, int category, const char* locale) {
  if (locale != nullptr) Of(caller).SaveLocale();
  return ::setlocale(category, locale);
}

wchar_t* hooks::_wsetlocale(const Caller* caller, int category,
                            const wchar_t* locale) {
  if (locale != nullptr) Of(caller).SaveLocale();
  return ::_wsetlocale(category, locale);
}

UINT hooks::SetErrorMode(const Caller* caller, UINT mode) {
  Of(caller).SaveErrorMode();
  return ::SetErrorMode(mode);
}

BOOL hooks::SetPriorityClass(const Caller* caller, HANDLE process,
                             DWORD priority) {
  if (IsThisProcess(process)) Of(caller).SavePriority();
  return ::SetPriorityClass(process, priority);
}

}  // namespace relib::platform
