#include "platform/estate.h"

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/windows/agent_binding.h"
#include "platform/windows/thread_name.h"

namespace relib::platform {
namespace {

// A handle of a thread. It is signalled when the thread is gone: after its
// thread-local destructors and the calls of all DllMain()s.
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

// std::mutex would make the module's threads known to the host's pthreads.
class Lock {
 public:
  explicit Lock(SRWLOCK& lock) : lock_(lock) {
    AcquireSRWLockExclusive(&lock_);
  }
  ~Lock() { ReleaseSRWLockExclusive(&lock_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  SRWLOCK& lock_;
};

class WindowsEstate final : public Estate {
 public:
  // The image is gone: what it left is nobody's.
  ~WindowsEstate() override {
    for (DWORD index : tls_indices_) TlsFree(index);
  }

  const AgentBinding* binding() const override { return &binding_; }

  std::vector<ThreadInfo> LiveThreads() const override {
    std::vector<std::shared_ptr<const ThreadHandle>> threads;
    {
      Lock lock(lock_);
      ForgetTheDead();
      threads = threads_;
    }
    std::vector<ThreadInfo> infos;
    for (const auto& thread : threads) {
      infos.push_back({.id = thread->id(), .name = thread->Name()});
    }
    return infos;
  }

  bool WaitForThreads(absl::Time deadline) const override {
    // One after the other takes no longer than all at once, and has no limit of
    // 64. A thread may start others, so look again after each.
    while (const std::shared_ptr<const ThreadHandle> thread = AnyLiveThread()) {
      const absl::Duration left = deadline - absl::Now();
      // In slices, as the clock may be set. Rounded up, so as not to spin.
      const int64_t milliseconds = std::clamp<int64_t>(
          absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1))), 0,
          60'000);
      if (!thread->Wait(static_cast<DWORD>(milliseconds)) &&
          milliseconds == 0) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::string> WaitForCallbacks(
      absl::Time /*deadline*/) const override {
    return {};
  }

  // What is recorded besides threads is the runtime's own.
  void KeepTraces() override {}
  std::vector<LeakSite> Leaks() const override { return {}; }

  std::vector<LeftResources> Settle() override { return {}; }

 private:
  // Called by the agent.
  static bool Add(void* estate, Resource resource, uint64_t value) {
    auto* self = static_cast<WindowsEstate*>(estate);
    switch (resource) {
      case Resource::kThread:
        return self->AddThread(reinterpret_cast<HANDLE>(value));
      case Resource::kTlsIndex: {
        Lock lock(self->lock_);
        self->tls_indices_.push_back(static_cast<DWORD>(value));
        return true;
      }
    }
    return false;
  }

  static void Remove(void* estate, Resource resource, uint64_t value) {
    auto* self = static_cast<WindowsEstate*>(estate);
    Lock lock(self->lock_);
    if (resource == Resource::kTlsIndex) {
      std::erase(self->tls_indices_, static_cast<DWORD>(value));
    }
  }

  bool AddThread(HANDLE handle) {
    HANDLE duplicate;
    if (!DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(),
                         &duplicate, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
      return false;
    }
    auto thread =
        std::make_shared<const ThreadHandle>(duplicate, GetThreadId(duplicate));
    Lock lock(lock_);
    // Now and then, so that a module that starts threads all the time doesn't
    // keep a handle of each.
    if (threads_.size() >= 2 * alive_) ForgetTheDead();
    threads_.push_back(std::move(thread));
    return true;
  }

  void ForgetTheDead() const {
    std::erase_if(threads_, [](const auto& thread) { return thread->Wait(0); });
    alive_ = std::max<size_t>(threads_.size(), 8);
  }

  std::shared_ptr<const ThreadHandle> AnyLiveThread() const {
    Lock lock(lock_);
    ForgetTheDead();
    return threads_.empty() ? nullptr : threads_.front();
  }

  const AgentBinding binding_ = {
      .estate = this, .add = &Add, .remove = &Remove};
  mutable SRWLOCK lock_ = SRWLOCK_INIT;
  mutable std::vector<std::shared_ptr<const ThreadHandle>> threads_;
  // When the dead were last forgotten.
  mutable size_t alive_ = 8;
  std::vector<DWORD> tls_indices_;
};

}  // namespace

std::unique_ptr<Estate> Estate::Create(EstateOptions /*options*/) {
  return std::make_unique<WindowsEstate>();
}

}  // namespace relib::platform
