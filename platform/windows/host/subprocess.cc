#include "platform/host/subprocess.h"

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/unix_command.h"

namespace relib::platform {
namespace {

// As Linux counts, so that callers need one number only.
constexpr UINT kKilled = 128 + 9;

constexpr int kMoreAttempts = 3;

struct Pipe {
  Handle read;
  Handle write;
};

// CreatePipe() makes pipes that can't be read overlapped; a named one can. Only
// its writing end can be inherited.
absl::StatusOr<Pipe> MakePipe() {
  std::random_device random;
  const std::wstring name =
      ToWide(absl::StrFormat("\\\\.\\pipe\\relib-%d-%08x%08x",
                             GetCurrentProcessId(), random(), random()));
  Pipe pipe;
  pipe.read = Handle(
      CreateNamedPipeW(name.c_str(),
                       PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED |
                           FILE_FLAG_FIRST_PIPE_INSTANCE,
                       PIPE_TYPE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                       1, 0, 64 * 1024, 0, nullptr));
  if (!pipe.read) return LastErrorStatus("make a pipe");
  SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), nullptr, TRUE};
  pipe.write = Handle(CreateFileW(name.c_str(), GENERIC_WRITE, 0, &inheritable,
                                  OPEN_EXISTING, 0, nullptr));
  if (!pipe.write) return LastErrorStatus("make a pipe");
  return pipe;
}

// The list of handles that a new process inherits, whatever else other threads
// have made inheritable.
class InheritanceList {
 public:
  absl::Status Set(std::vector<HANDLE> handles) {
    handles_ = std::move(handles);
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    memory_.resize(size);
    list_ = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
    if (!InitializeProcThreadAttributeList(list_, 1, 0, &size)) {
      list_ = nullptr;
      return LastErrorStatus("run a command");
    }
    if (!UpdateProcThreadAttribute(
            list_, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
            handles_.size() * sizeof(HANDLE), nullptr, nullptr)) {
      return LastErrorStatus("run a command");
    }
    return absl::OkStatus();
  }
  ~InheritanceList() {
    if (list_ != nullptr) DeleteProcThreadAttributeList(list_);
  }
  LPPROC_THREAD_ATTRIBUTE_LIST get() const { return list_; }

 private:
  // The list refers to it.
  std::vector<HANDLE> handles_;
  std::vector<char> memory_;
  LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
};

// Ends with its last handle, together with every process in it.
absl::StatusOr<Handle> MakeJob() {
  Handle job(CreateJobObjectW(nullptr, nullptr));
  if (!job) return LastErrorStatus("make a job");
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {};
  // A daemon that asks for it may leave, as it may leave its session on Linux.
  limits.BasicLimitInformation.LimitFlags =
      JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK;
  if (!SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation,
                               &limits, sizeof(limits))) {
    return LastErrorStatus("make a job");
  }
  return job;
}

void AwaitEndOfJob(HANDLE job) {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  absl::Duration pause = absl::Microseconds(200);
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info;
  while (QueryInformationJobObject(job, JobObjectBasicAccountingInformation,
                                   &info, sizeof(info), nullptr) &&
         info.ActiveProcesses > 0 && absl::Now() < deadline) {
    absl::SleepFor(pause);
    pause = std::min(pause * 2, absl::Milliseconds(20));
  }
}

class ShellCommand final : public Subprocess {
 public:
  ShellCommand(Handle process, Handle job, Handle output, Handle read_event,
               Handle stop_event)
      : process_(std::move(process)),
        job_(std::move(job)),
        output_handle_(std::move(output)),
        read_event_(std::move(read_event)),
        stop_event_(std::move(stop_event)),
        collector_(&ShellCommand::Collect, this) {}

  ~ShellCommand() override {
    Kill();
    // A process that left the job may still hold the pipe open.
    SetEvent(stop_event_.get());
    collector_.join();
  }

  std::optional<ExitStatus> Wait(absl::Duration timeout) override {
    absl::MutexLock lock(mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &ShellCommand::Ended),
                            timeout);
    output_ += collected_;
    collected_.clear();
    return status_;
  }

  const std::string& output() const override { return output_; }

  void Kill() override {
    if (killed_) return;
    killed_ = true;
    TerminateJobObject(job_.get(), kKilled);
    AwaitEndOfJob(job_.get());
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(this, &ShellCommand::Ended));
  }

 private:
  bool Ended() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return status_.has_value();
  }

  void Collect() {
    char buffer[16384];
    OVERLAPPED overlapped = {};
    overlapped.hEvent = read_event_.get();
    // The handles to wait for. The first is removed at the end of the pipe, the
    // last at the end of the process.
    bool reading = true;
    bool running = true;
    bool pending = false;
    while (reading || running) {
      if (reading && !pending) {
        pending = ReadFile(output_handle_.get(), buffer, sizeof(buffer),
                           nullptr, &overlapped) ||
                  GetLastError() == ERROR_IO_PENDING;
        reading = pending;
      }
      HANDLE handles[3];
      DWORD count = 0;
      // The first that is signaled counts: output goes before the end.
      handles[count++] = stop_event_.get();
      if (reading) handles[count++] = read_event_.get();
      if (running) handles[count++] = process_.get();
      const DWORD index =
          WaitForMultipleObjects(count, handles, FALSE, INFINITE);
      if (index >= count || handles[index] == stop_event_.get()) break;
      if (handles[index] == read_event_.get()) {
        pending = false;
        DWORD size;
        if (GetOverlappedResult(output_handle_.get(), &overlapped, &size,
                                FALSE)) {
          absl::MutexLock lock(mutex_);
          collected_.append(buffer, size);
        } else {
          reading = false;
        }
        continue;
      }
      // The process is over. Everything that it wrote is in the pipe, or read.
      DWORD available = 0;
      if (reading &&
          (WaitForSingleObject(read_event_.get(), 0) == WAIT_OBJECT_0 ||
           (PeekNamedPipe(output_handle_.get(), nullptr, 0, nullptr, &available,
                          nullptr) &&
            available > 0))) {
        continue;
      }
      running = false;
      DWORD code = kKilled;
      GetExitCodeProcess(process_.get(), &code);
      absl::MutexLock lock(mutex_);
      status_ = ExitStatus{static_cast<int>(code)};
    }
    if (pending) {
      CancelIoEx(output_handle_.get(), &overlapped);
      DWORD size;
      GetOverlappedResult(output_handle_.get(), &overlapped, &size, TRUE);
    }
  }

  const Handle process_;
  const Handle job_;
  const Handle output_handle_;
  const Handle read_event_;
  const Handle stop_event_;
  bool killed_ = false;
  std::string output_;

  absl::Mutex mutex_;
  std::string collected_ ABSL_GUARDED_BY(mutex_);
  std::optional<ExitStatus> status_ ABSL_GUARDED_BY(mutex_);
  std::thread collector_;
};

// The shell of the system, and not whatever %ComSpec% or the PATH says.
std::wstring ShellPath() {
  std::wstring path(MAX_PATH, L'\0');
  path.resize(GetSystemDirectoryW(path.data(), static_cast<UINT>(path.size())));
  return path + L"\\cmd.exe";
}

}  // namespace

std::string ExitStatus::ToString() const {
  // Crashes end with an NTSTATUS, which everybody knows in hexadecimal.
  if (code < 0) {
    return absl::StrFormat("exit code 0x%08x", static_cast<uint32_t>(code));
  }
  return absl::StrCat("exit code ", code);
}

absl::StatusOr<std::unique_ptr<Subprocess>> Subprocess::Start(
    const std::string& command, const std::string& working_directory) {
  std::wstring directory;
  if (!working_directory.empty()) {
    // cmd requires backslashes, and rejects the prefix for long paths.
    directory = ToWide(working_directory);
    std::replace(directory.begin(), directory.end(), L'/', L'\\');
    const std::string what =
        absl::StrCat("working directory ", working_directory);
    const DWORD attributes =
        GetFileAttributesW(ToWidePath(working_directory).c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES) return LastErrorStatus(what);
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
      return ErrorStatus(ERROR_DIRECTORY, what);
    }
  }
  if (IsUnixCommand(command)) {
    return StartUnixCommand(command, working_directory);
  }

  absl::StatusOr<Pipe> output = MakePipe();
  if (!output.ok()) return output.status();
  absl::StatusOr<Handle> job = MakeJob();
  if (!job.ok()) return job.status();
  Handle read_event(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  Handle stop_event(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), nullptr, TRUE};
  const Handle no_input(CreateFileW(L"NUL", GENERIC_READ,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE,
                                    &inheritable, OPEN_EXISTING, 0, nullptr));
  if (!read_event || !stop_event || !no_input) {
    return LastErrorStatus("run a command");
  }

  STARTUPINFOEXW startup = {};
  startup.StartupInfo.cb = sizeof(startup);
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdInput = no_input.get();
  startup.StartupInfo.hStdOutput = output->write.get();
  startup.StartupInfo.hStdError = output->write.get();
  InheritanceList inherited;
  absl::Status status = inherited.Set({no_input.get(), output->write.get()});
  if (!status.ok()) return status;
  startup.lpAttributeList = inherited.get();

  // /d: no AutoRun commands of the registry; /s: the outer quotes go, and
  // everything between them is the command as it is.
  const std::wstring shell = ShellPath();
  const std::wstring command_line =
      L"\"" + shell + L"\" /d /s /c \"" + ToWide(command) + L"\"";
  PROCESS_INFORMATION information;
  const auto create = [&] {
    // Written to by the system.
    std::wstring buffer = command_line;
    // Suspended: it must be in the job before it can start anything.
    return CreateProcessW(
        shell.c_str(), buffer.data(), nullptr, nullptr, TRUE,
        CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT |
            EXTENDED_STARTUPINFO_PRESENT,
        nullptr, directory.empty() ? nullptr : directory.c_str(),
        &startup.StartupInfo, &information);
  };
  bool created = create();
  // Wine's word for a process that was lost before it began, and so has done
  // nothing: seen once, on a busy machine.
  for (int more = kMoreAttempts;
       !created && GetLastError() == ERROR_INTERNAL_ERROR && more > 0; --more) {
    created = create();
  }
  if (!created) return LastErrorStatus(absl::StrCat("run ", ToUtf8(shell)));
  Handle process(information.hProcess);
  const Handle thread(information.hThread);
  if (!AssignProcessToJobObject(job->get(), process.get()) ||
      ResumeThread(thread.get()) == static_cast<DWORD>(-1)) {
    absl::Status failed = LastErrorStatus("run a command in a job");
    TerminateProcess(process.get(), kKilled);
    return failed;
  }
  return std::make_unique<ShellCommand>(
      std::move(process), *std::move(job), std::move(output->read),
      std::move(read_event), std::move(stop_event));
}

}  // namespace relib::platform
