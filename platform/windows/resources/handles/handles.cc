#include "platform/windows/resources/handles/handles.h"

#include <windows.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "platform/windows/resources/handles/handle_text.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {

void Handles::Reclaim(ReclaimReport& report) {
  for (const auto& [value, of_runtime] : handles_.TakeAll()) {
    const auto handle = reinterpret_cast<HANDLE>(value);
    if (!of_runtime) {
      HandleText text = DescribeHandle(handle);
      // The handle has been closed by code outside of the module.
      if (text.kind.empty()) continue;
      report.Add(text.kind, std::move(text.text));
    }
    CloseHandle(handle);
  }
}

namespace {

Handles& Of(const Caller* caller) { return ResourcesOf<Handles>(caller); }

// Records the handles of a new process. For a program of the Unix system, Wine
// fills `process` with old contents of its stack, which may be handles of
// something else.
void AddProcess(const Caller* caller, const PROCESS_INFORMATION& process) {
  if (process.dwProcessId == 0 ||
      GetProcessId(process.hProcess) != process.dwProcessId) {
    return;
  }
  Of(caller).Add(caller, process.hProcess);
  Of(caller).Add(caller, process.hThread);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeHandles() {
  return std::make_unique<Handles>();
}

void hooks::CreateIoCompletionPort(const Caller* caller, HANDLE result,
                                   HANDLE /*file*/, HANDLE port,
                                   ULONG_PTR /*key*/, DWORD /*threads*/) {
  // With a `port`, the call adds a file to it.
  if (result != nullptr && port == nullptr) Of(caller).Add(caller, result);
}

void hooks::CreatePipe(const Caller* caller, BOOL result, HANDLE* read,
                       HANDLE* write, SECURITY_ATTRIBUTES* /*security*/,
                       DWORD /*size*/) {
  if (!result) return;
  Of(caller).Add(caller, *read);
  Of(caller).Add(caller, *write);
}

void hooks::CreateProcessA(const Caller* caller, BOOL result,
                           const char* /*program*/, char* /*command*/,
                           SECURITY_ATTRIBUTES* /*security*/,
                           SECURITY_ATTRIBUTES* /*thread_security*/,
                           BOOL /*inherit*/, DWORD /*flags*/,
                           void* /*environment*/, const char* /*directory*/,
                           STARTUPINFOA* /*startup*/,
                           PROCESS_INFORMATION* process) {
  if (result) AddProcess(caller, *process);
}

void hooks::CreateProcessW(const Caller* caller, BOOL result,
                           const wchar_t* /*program*/, wchar_t* /*command*/,
                           SECURITY_ATTRIBUTES* /*security*/,
                           SECURITY_ATTRIBUTES* /*thread_security*/,
                           BOOL /*inherit*/, DWORD /*flags*/,
                           void* /*environment*/, const wchar_t* /*directory*/,
                           STARTUPINFOW* /*startup*/,
                           PROCESS_INFORMATION* process) {
  if (result) AddProcess(caller, *process);
}

BOOL hooks::DuplicateHandle(const Caller* caller, HANDLE source_process,
                            HANDLE source, HANDLE target_process,
                            HANDLE* target, DWORD access, BOOL inherit,
                            DWORD options) {
  if ((options & DUPLICATE_CLOSE_SOURCE) != 0 &&
      IsThisProcess(source_process)) {
    Of(caller).Remove(reinterpret_cast<uint64_t>(source));
  }
  const BOOL result = ::DuplicateHandle(source_process, source, target_process,
                                        target, access, inherit, options);
  if (result && target != nullptr && IsThisProcess(target_process)) {
    Of(caller).Add(caller, *target);
  }
  return result;
}

}  // namespace relib::platform
