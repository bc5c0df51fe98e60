#include "platform/windows/resources/threads/threads.h"

#include <errno.h>
#include <process.h>
#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/module_resources.h"
#include "platform/windows/resources/handles/handles.h"
#include "platform/windows/resources/resources.h"
#include "platform/windows/system/thread_name.h"

namespace relib::platform {

class ThreadHandle {
 public:
  ThreadHandle(HANDLE handle, DWORD id) : handle_(handle), id_(id) {}
  ~ThreadHandle() { CloseHandle(handle_); }
  ThreadHandle(const ThreadHandle&) = delete;
  ThreadHandle& operator=(const ThreadHandle&) = delete;

  DWORD id() const { return id_; }

  bool Wait(DWORD milliseconds) const {
    return WaitForSingleObject(handle_, milliseconds) == WAIT_OBJECT_0;
  }

  std::string Name() const { return ThreadName(handle_); }

 private:
  const HANDLE handle_;
  const DWORD id_;
};

void Threads::Add(uint64_t handle, bool /*of_runtime*/) {
  Add(reinterpret_cast<HANDLE>(handle));
}

bool Threads::Add(HANDLE handle) {
  HANDLE duplicate;
  if (!DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(),
                       &duplicate, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
    return false;
  }
  auto thread =
      std::make_shared<const ThreadHandle>(duplicate, GetThreadId(duplicate));
  const std::lock_guard lock(mutex_);
  // Done now and then, so that a module that starts threads all the time
  // doesn't keep a handle of each.
  if (threads_.size() >= 2 * alive_) RemoveEnded();
  threads_.push_back(std::move(thread));
  return true;
}

std::vector<ThreadInfo> Threads::Live() const {
  std::vector<std::shared_ptr<const ThreadHandle>> threads;
  {
    const std::lock_guard lock(mutex_);
    RemoveEnded();
    threads = threads_;
  }
  std::vector<ThreadInfo> infos;
  for (const auto& thread : threads) {
    infos.push_back({.id = thread->id(), .name = thread->Name()});
  }
  return infos;
}

bool Threads::IsLive(uint64_t id) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(threads_.begin(), threads_.end(),
                     [id](const auto& thread) {
                       return thread->id() == id && !thread->Wait(0);
                     });
}

bool Threads::WaitUntilNone(Deadline deadline) const {
  // Waiting for one thread after the other takes no longer than waiting for all
  // at once, and has no limit of 64. A thread may start others, so look again
  // after each.
  while (const std::shared_ptr<const ThreadHandle> thread = AnyLive()) {
    const absl::Duration left = deadline.left();
    // In slices that fit into a DWORD. Rounded up, so as not to spin.
    const int64_t milliseconds = std::clamp<int64_t>(
        absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1))), 0,
        60'000);
    if (!thread->Wait(static_cast<DWORD>(milliseconds)) && milliseconds == 0) {
      return false;
    }
  }
  return true;
}

void Threads::RemoveEnded() const {
  std::erase_if(threads_, [](const auto& thread) { return thread->Wait(0); });
  alive_ = std::max<size_t>(threads_.size(), 8);
}

std::shared_ptr<const ThreadHandle> Threads::AnyLive() const {
  const std::lock_guard lock(mutex_);
  RemoveEnded();
  return threads_.empty() ? nullptr : threads_.front();
}

namespace {

// Records a suspended thread and lets it run. Ends it if it can't be recorded.
bool Launch(const Caller* caller, HANDLE handle, bool stay_suspended) {
  if (!ResourcesOf<Threads>(caller).Add(handle)) {
    TerminateThread(handle, 1);  // it hasn't run, so it holds nothing
    CloseHandle(handle);
    return false;
  }
  // The module closes its own handle.
  ResourcesOf<Handles>(caller).Add(caller, handle);
  if (!stay_suspended) ResumeThread(handle);
  return true;
}

// _beginthread() can't create a suspended thread, and closes the handle when
// the thread ends. So the thread waits until its creator has recorded it.
struct BeginThreadCall {
  BeginThreadStart start = nullptr;
  void* argument = nullptr;
  HANDLE recorded = nullptr;
  bool run = false;
};

void __cdecl StartOfBeginThread(void* argument) {
  BeginThreadCall call;
  {
    const std::unique_ptr<BeginThreadCall> owned(
        static_cast<BeginThreadCall*>(argument));
    WaitForSingleObject(owned->recorded, INFINITE);
    CloseHandle(owned->recorded);
    call = *owned;
  }
  if (call.run) call.start(call.argument);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeThreads() {
  return std::make_unique<Threads>();
}

HANDLE hooks::CreateThread(const Caller* caller, SECURITY_ATTRIBUTES* security,
                           SIZE_T stack_size, LPTHREAD_START_ROUTINE start,
                           void* argument, DWORD flags, DWORD* id) {
  const HANDLE handle = ::CreateThread(security, stack_size, start, argument,
                                       flags | CREATE_SUSPENDED, id);
  if (handle == nullptr) return nullptr;
  if (Launch(caller, handle, (flags & CREATE_SUSPENDED) != 0)) return handle;
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return nullptr;
}

uintptr_t hooks::_beginthreadex(const Caller* caller, void* security,
                                unsigned stack_size, BeginThreadExStart start,
                                void* argument, unsigned flags, unsigned* id) {
  const uintptr_t handle = ::_beginthreadex(
      security, stack_size, start, argument, flags | CREATE_SUSPENDED, id);
  if (handle == 0) return 0;
  if (Launch(caller, reinterpret_cast<HANDLE>(handle),
             (flags & CREATE_SUSPENDED) != 0)) {
    return handle;
  }
  errno = EAGAIN;
  return 0;
}

uintptr_t hooks::_beginthread(const Caller* caller, BeginThreadStart start,
                              unsigned stack_size, void* argument) {
  constexpr auto kFailed = static_cast<uintptr_t>(-1);
  const HANDLE recorded = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  if (recorded == nullptr) {
    errno = EAGAIN;
    return kFailed;
  }
  auto owned = std::make_unique<BeginThreadCall>(BeginThreadCall{
      .start = start, .argument = argument, .recorded = recorded});
  const uintptr_t handle =
      ::_beginthread(&StartOfBeginThread, stack_size, owned.get());
  if (handle == kFailed) {
    CloseHandle(recorded);
    return kFailed;
  }
  // From SetEvent() on, the thread owns the call with both handles.
  BeginThreadCall* call = owned.release();
  const bool run =
      ResourcesOf<Threads>(caller).Add(reinterpret_cast<HANDLE>(handle));
  call->run = run;
  SetEvent(recorded);
  if (run) return handle;
  errno = EAGAIN;
  return kFailed;
}

}  // namespace relib::platform
