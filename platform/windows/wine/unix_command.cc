#include "platform/windows/wine/unix_command.h"

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/files/private_directory.h"
#include "platform/host/monotonic_time.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

constexpr int kKilled = 128 + 9;

// The script that runs a command, in the private directory. $1 is the working
// directory, and $2 the command. Writes each file that the Windows side waits
// for under a temporary name, and then renames it, so that an incomplete file
// is never visible. The leader of the session survives the signals that end the
// command, so that it can report the exit code. Its standard error is closed,
// because shells print messages about signals.
constexpr char kRun[] =
    "exec </dev/null >/dev/null 2>&1\n"
    "trap : HUP INT TERM\n"
    ": >output\n"
    "echo $$ >pid.new && mv pid.new pid\n"
    "(exec >>output 2>&1; cd -- \"$1\" && exec /bin/sh -c \"$2\")\n"
    "echo $? >status.new && mv status.new status\n";

// The script that ends the session of the process `pid`. If another process has
// this number now, the session has ended, and the script does nothing.
constexpr char kKill[] =
    "exec </dev/null >/dev/null 2>&1\n"
    "alive() {\n"
    "  kill -0 \"-$leader\" || return 1\n"
    // Zombies count as ended: in some containers, no process reaps them.
    "  for file in /proc/[0-9]*/stat; do\n"
    "    read -r line <\"$file\" || continue\n"
    "    set -- ${line##*) }\n"
    "    [ \"$3\" = \"$leader\" ] && [ \"$1\" != Z ] && return 0\n"
    "  done\n"
    "  return 1\n"
    "}\n"
    "n=0\n"
    "until [ -e pid ]; do\n"
    "  n=$((n+1)); [ $n -gt 500 ] && exit; sleep 0.01\n"
    "done\n"
    "read -r leader <pid\n"
    "if [ -e status ] && [ -e \"/proc/$leader\" ] &&\n"
    "   [ \"$(readlink \"/proc/$leader/cwd\")\" != \"$(pwd -P)\" ]; then\n"
    "  : >killed; exit\n"
    "fi\n"
    // Gives the command time to clean up, as on Linux.
    "if ! [ -e status ]; then\n"
    "  kill -TERM \"-$leader\"\n"
    "  n=0\n"
    "  until [ -e status ] || [ $n -ge 25 ]; do n=$((n+1)); sleep 0.01; done\n"
    "fi\n"
    "kill -KILL \"-$leader\"\n"
    "n=0\n"
    "while alive && [ $n -lt 900 ]; do n=$((n+1)); sleep 0.01; done\n"
    ": >killed\n";

// Much shorter than a person notices, and much longer than one poll takes (50
// us).
constexpr absl::Duration kPollInterval = absl::Milliseconds(4);
constexpr absl::Duration kLeaderCheckInterval = absl::Milliseconds(200);

std::string Quote(std::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// Returns the Unix path of a file.
absl::StatusOr<std::string> UnixPath(const std::string& path) {
  using Function = char*(__cdecl*)(const wchar_t*);
  const auto function =
      reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(
          GetModuleHandleW(L"kernel32"), "wine_get_unix_file_name")));
  if (function == nullptr) {
    return absl::UnimplementedError("this Wine has no wine_get_unix_file_name");
  }
  std::wstring full(MAX_PATH, L'\0');
  const std::wstring wide = ToWide(path);
  while (true) {
    const DWORD size = GetFullPathNameW(
        wide.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
    if (size == 0) return LastErrorStatus(path);
    const bool fits = size < full.size();
    full.resize(size);
    if (fits) break;
  }
  char* const text = function(full.c_str());
  if (text == nullptr) return LastErrorStatus(path);
  std::string result = text;
  HeapFree(GetProcessHeap(), 0, text);
  return result;
}

absl::Status WriteText(const std::string& path, std::string_view text) {
  const Handle file(CreateFileW(ToWidePath(path).c_str(), GENERIC_WRITE, 0,
                                nullptr, CREATE_ALWAYS, 0, nullptr));
  DWORD written;
  if (!file || !WriteFile(file.get(), text.data(),
                          static_cast<DWORD>(text.size()), &written, nullptr)) {
    return LastErrorStatus(absl::StrCat("write ", path));
  }
  return absl::OkStatus();
}

// Reads a file from `offset` on. Returns nullopt if it does not exist.
std::optional<std::string> ReadText(const std::wstring& path, int64_t offset) {
  const Handle file(
      CreateFileW(path.c_str(), GENERIC_READ,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                  nullptr, OPEN_EXISTING, 0, nullptr));
  if (!file) return std::nullopt;
  LARGE_INTEGER position;
  position.QuadPart = offset;
  SetFilePointerEx(file.get(), position, nullptr, FILE_BEGIN);
  std::string text;
  char buffer[16384];
  DWORD size;
  while (ReadFile(file.get(), buffer, sizeof(buffer), &size, nullptr) &&
         size > 0) {
    text.append(buffer, size);
  }
  return text;
}

// Starts the script `name` in the directory.
absl::Status StartScript(const std::string& directory, const char* name) {
  return StartUnixProgram(L"bin\\sh", ToWide(absl::StrCat("sh ./", name)),
                          directory);
}

class UnixCommand final : public Subprocess {
 public:
  explicit UnixCommand(std::unique_ptr<PrivateDirectory> directory)
      : directory_(std::move(directory)) {}

  ~UnixCommand() override { Kill(); }

  std::optional<ExitStatus> Wait(absl::Duration timeout) override {
    const MonotonicTime deadline = MonotonicTime::Now() + timeout;
    while (true) {
      const bool had_ended = status_.has_value();
      Update();
      if (status_.has_value()) {
        // Its last output may have arrived between the two reads.
        if (!had_ended) ReadOutput();
        return status_;
      }
      const absl::Duration rest = deadline - MonotonicTime::Now();
      if (rest <= absl::ZeroDuration()) return std::nullopt;
      absl::SleepFor(std::min(rest, kPollInterval));
    }
  }

  const std::string& output() const override { return output_; }

  void Kill() override {
    if (killed_) return;
    killed_ = true;
    const bool had_ended = Wait(absl::ZeroDuration()).has_value();
    if (WriteText(File("kill"), kKill).ok() &&
        StartScript(directory_->path(), "kill").ok()) {
      // The script gives up before this deadline.
      const MonotonicTime deadline = MonotonicTime::Now() + absl::Seconds(20);
      const std::wstring file = ToWidePath(File("killed"));
      while (GetFileAttributesW(file.c_str()) == INVALID_FILE_ATTRIBUTES &&
             MonotonicTime::Now() < deadline) {
        absl::SleepFor(kPollInterval);
      }
    }
    ReadOutput();
    if (!had_ended) status_ = ExitStatus{kKilled};
  }

 private:
  std::string File(const char* name) const {
    return absl::StrCat(directory_->path(), "\\", name);
  }

  void ReadOutput() {
    std::optional<std::string> text =
        ReadText(ToWidePath(File("output")), offset_);
    if (!text.has_value()) return;
    offset_ += static_cast<int64_t>(text->size());
    output_ += *text;
  }

  bool ReadStatus() {
    const std::optional<std::string> text =
        ReadText(ToWidePath(File("status")), 0);
    int code;
    if (!text.has_value() ||
        !absl::SimpleAtoi(absl::StripAsciiWhitespace(*text), &code)) {
      return false;
    }
    status_ = ExitStatus{code};
    return true;
  }

  void Update() {
    ReadOutput();
    if (status_.has_value() || ReadStatus()) return;
    const MonotonicTime now = MonotonicTime::Now();
    if (now < next_check_) return;
    next_check_ = now + kLeaderCheckInterval;
    if (LeaderIsGone() && !ReadStatus()) status_ = ExitStatus{kKilled};
  }

  // Returns true if the leader was killed, so that it will not write a status.
  bool LeaderIsGone() const {
    const std::optional<std::string> pid = ReadText(ToWidePath(File("pid")), 0);
    if (!pid.has_value()) return false;
    const std::optional<std::string> stat = ReadText(
        ToWide(absl::StrCat("\\\\?\\unix\\proc\\",
                            absl::StripAsciiWhitespace(*pid), "\\stat")),
        0);
    if (!stat.has_value()) return true;
    // The leader may be a zombie: in some containers, no process reaps it.
    const size_t name_end = stat->rfind(')');
    return name_end != std::string::npos &&
           stat->compare(name_end, 3, ") Z") == 0;
  }

  const std::unique_ptr<PrivateDirectory> directory_;
  bool killed_ = false;
  int64_t offset_ = 0;
  MonotonicTime next_check_ = MonotonicTime::Now() + kLeaderCheckInterval;
  std::string output_;
  std::optional<ExitStatus> status_;
};

}  // namespace

bool IsUnixCommand(std::string_view command) {
  if (!RunsUnderWine()) return false;
  command = absl::StripLeadingAsciiWhitespace(command);
  if (command.starts_with('"') || command.starts_with('\'')) {
    command.remove_prefix(1);
  }
  // In cmd, a slash in these places begins an option, so no Windows command
  // begins with these prefixes.
  for (const std::string_view prefix : {"/", "./", "../"}) {
    if (command.starts_with(prefix)) return true;
  }
  const char* const programs = std::getenv("RELIB_WINE_UNIX_PROGRAMS");
  if (programs == nullptr) return false;
  const std::string_view name =
      command.substr(0, command.find_first_of(" \t\n\"'"));
  const std::vector<std::string_view> names = absl::StrSplit(programs, ':');
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::StatusOr<std::unique_ptr<Subprocess>> StartUnixCommand(
    const std::string& command, const std::string& working_directory) {
  if (!RunsUnderWine()) {
    return absl::UnimplementedError(
        "commands of the Unix system can be run under Wine only");
  }
  absl::StatusOr<std::unique_ptr<PrivateDirectory>> directory =
      PrivateDirectory::Create("relib-command");
  if (!directory.ok()) return directory.status();
  const absl::StatusOr<std::string> place =
      UnixPath(working_directory.empty() ? "." : working_directory);
  if (!place.ok()) return place.status();
  // The command is passed in a file. Wine would convert a command line to the
  // encoding of the Unix locale, and its length is limited.
  absl::Status status = WriteText(
      absl::StrCat((*directory)->path(), "\\run"),
      absl::StrCat("set -- ", Quote(*place), " ", Quote(command), "\n", kRun));
  if (status.ok()) status = StartScript((*directory)->path(), "run");
  if (!status.ok()) return status;
  return std::make_unique<UnixCommand>(*std::move(directory));
}

}  // namespace relib::platform
