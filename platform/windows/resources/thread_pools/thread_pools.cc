#include <windows.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/native/mutex.h"
#include "platform/resources/callbacks.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

enum class Kind { kWork, kTimer, kWait, kRegisteredWait, kQueueTimer };

// A function of the module that a thread of the system's pools calls through
// the host, which knows whether the module is still loaded.
struct Call {
  std::shared_ptr<Callbacks> callbacks;
  // The type depends on the function that registers it.
  void* function = nullptr;
  void* argument = nullptr;
  // For one-shot callbacks: how many of the module are outstanding.
  std::shared_ptr<std::atomic<int>> pending = {};
};

template <typename Function, typename... Arguments>
void Invoke(const Call& call, Arguments... arguments) {
  if (!call.callbacks->Enter()) return;
  reinterpret_cast<Function>(call.function)(arguments...);
  call.callbacks->Leave();
}

void CALLBACK RunWork(PTP_CALLBACK_INSTANCE instance, void* argument,
                      PTP_WORK work) {
  const Call& call = *static_cast<Call*>(argument);
  Invoke<PTP_WORK_CALLBACK>(call, instance, call.argument, work);
}

void CALLBACK RunTimer(PTP_CALLBACK_INSTANCE instance, void* argument,
                       PTP_TIMER timer) {
  const Call& call = *static_cast<Call*>(argument);
  Invoke<PTP_TIMER_CALLBACK>(call, instance, call.argument, timer);
}

void CALLBACK RunWait(PTP_CALLBACK_INSTANCE instance, void* argument,
                      PTP_WAIT wait, TP_WAIT_RESULT result) {
  const Call& call = *static_cast<Call*>(argument);
  Invoke<PTP_WAIT_CALLBACK>(call, instance, call.argument, wait, result);
}

void CALLBACK RunWaitOrTimer(void* argument, BOOLEAN timed_out) {
  const Call& call = *static_cast<Call*>(argument);
  Invoke<WAITORTIMERCALLBACK>(call, call.argument, timed_out);
}

// Ends a one-shot callback, which owns its Call.
struct Once {
  explicit Once(void* argument) : call(static_cast<Call*>(argument)) {}
  ~Once() { --*call->pending; }

  const std::unique_ptr<Call> call;
};

void CALLBACK RunSimple(PTP_CALLBACK_INSTANCE instance, void* argument) {
  const Once once(argument);
  Invoke<PTP_SIMPLE_CALLBACK>(*once.call, instance, once.call->argument);
}

DWORD WINAPI RunWorkItem(void* argument) {
  const Once once(argument);
  Invoke<LPTHREAD_START_ROUTINE>(*once.call, once.call->argument);
  return 0;
}

class ThreadPools final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kThreadPools;

  // Returns the argument for a callback that the system may call often.
  Call* NewCall(void* function, void* argument) {
    auto call = std::make_unique<Call>(Call{
        .callbacks = callbacks_, .function = function, .argument = argument});
    const std::lock_guard lock(mutex_);
    // Kept after the object is closed, because the system may be about to call.
    return calls_.emplace_back(std::move(call)).get();
  }

  Call* NewCallOnce(void* function, void* argument) {
    ++*pending_;
    return new Call{.callbacks = callbacks_,
                    .function = function,
                    .argument = argument,
                    .pending = pending_};
  }

  void AddObject(void* object, Kind kind, HANDLE queue = nullptr) {
    const std::lock_guard lock(mutex_);
    objects_[reinterpret_cast<uint64_t>(object)] = {.kind = kind,
                                                    .queue = queue};
  }

  // Adds a queue of timers.
  void Add(uint64_t value, bool /*of_runtime*/) override {
    const std::lock_guard lock(mutex_);
    queues_.push_back(reinterpret_cast<HANDLE>(value));
  }

  void Remove(uint64_t value) override {
    const std::lock_guard lock(mutex_);
    objects_.erase(value);
  }

  void RemoveQueue(HANDLE queue) {
    const std::lock_guard lock(mutex_);
    std::erase(queues_, queue);
    std::erase_if(objects_, [queue](const auto& entry) {
      return entry.second.kind == Kind::kQueueTimer &&
             entry.second.queue == queue;
    });
  }

  std::vector<std::string> Obstacles() const override {
    std::vector<std::string> obstacles =
        callbacks_->Describe("a callback of a thread pool");
    if (const int count = *pending_;
        count > static_cast<int>(obstacles.size())) {
      obstacles.push_back(absl::StrCat(
          count,
          " of its callbacks are waiting for a thread of a thread pool"));
    }
    return obstacles;
  }

  bool Hold() override { return callbacks_->Hold(); }
  void Resume() override { callbacks_->Resume(); }

  void LeaveImage(ReclaimReport& /*report*/) override { callbacks_->Close(); }

  // Waits for threads that may need the loader's lock, so this doesn't happen
  // in LeaveImage().
  void Reclaim(ReclaimReport& report) override {
    for (const auto& [value, object] : objects_) {
      void* pointer = reinterpret_cast<void*>(value);
      switch (object.kind) {
        case Kind::kWork: {
          const auto work = static_cast<PTP_WORK>(pointer);
          WaitForThreadpoolWorkCallbacks(work, TRUE);
          CloseThreadpoolWork(work);
          report.Add("thread pool callback", "CreateThreadpoolWork");
          break;
        }
        case Kind::kTimer: {
          const auto timer = static_cast<PTP_TIMER>(pointer);
          SetThreadpoolTimer(timer, nullptr, 0, 0);
          WaitForThreadpoolTimerCallbacks(timer, TRUE);
          CloseThreadpoolTimer(timer);
          report.Add("timer", "CreateThreadpoolTimer");
          break;
        }
        case Kind::kWait: {
          const auto wait = static_cast<PTP_WAIT>(pointer);
          SetThreadpoolWait(wait, nullptr, nullptr);
          WaitForThreadpoolWaitCallbacks(wait, TRUE);
          CloseThreadpoolWait(wait);
          report.Add("thread pool callback", "CreateThreadpoolWait");
          break;
        }
        case Kind::kRegisteredWait:
          UnregisterWaitEx(pointer, INVALID_HANDLE_VALUE);
          report.Add("thread pool callback", "RegisterWaitForSingleObject");
          break;
        case Kind::kQueueTimer:
          DeleteTimerQueueTimer(object.queue, pointer, INVALID_HANDLE_VALUE);
          report.Add("timer", "CreateTimerQueueTimer");
          break;
      }
    }
    objects_.clear();
    for (HANDLE queue : queues_) {
      DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE);
      report.Add("timer", "CreateTimerQueue");
    }
    queues_.clear();
  }

 private:
  struct Object {
    Kind kind = Kind::kWork;
    HANDLE queue = nullptr;
  };

  const std::shared_ptr<Callbacks> callbacks_ = std::make_shared<Callbacks>();
  const std::shared_ptr<std::atomic<int>> pending_ =
      std::make_shared<std::atomic<int>>(0);
  Mutex mutex_;
  std::list<std::unique_ptr<Call>> calls_;
  std::map<uint64_t, Object> objects_;
  std::vector<HANDLE> queues_;
};

ThreadPools& Of(const Caller* caller) {
  return ResourcesOf<ThreadPools>(caller);
}

template <typename Function>
void* AsPointer(Function function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeThreadPools() {
  return std::make_unique<ThreadPools>();
}

PTP_WORK hooks::CreateThreadpoolWork(const Caller* caller,
                                     PTP_WORK_CALLBACK function, void* argument,
                                     PTP_CALLBACK_ENVIRON environment) {
  const PTP_WORK work = ::CreateThreadpoolWork(
      &RunWork, Of(caller).NewCall(AsPointer(function), argument), environment);
  if (work != nullptr) Of(caller).AddObject(work, Kind::kWork);
  return work;
}

PTP_TIMER hooks::CreateThreadpoolTimer(const Caller* caller,
                                       PTP_TIMER_CALLBACK function,
                                       void* argument,
                                       PTP_CALLBACK_ENVIRON environment) {
  const PTP_TIMER timer = ::CreateThreadpoolTimer(
      &RunTimer, Of(caller).NewCall(AsPointer(function), argument),
      environment);
  if (timer != nullptr) Of(caller).AddObject(timer, Kind::kTimer);
  return timer;
}

PTP_WAIT hooks::CreateThreadpoolWait(const Caller* caller,
                                     PTP_WAIT_CALLBACK function, void* argument,
                                     PTP_CALLBACK_ENVIRON environment) {
  const PTP_WAIT wait = ::CreateThreadpoolWait(
      &RunWait, Of(caller).NewCall(AsPointer(function), argument), environment);
  if (wait != nullptr) Of(caller).AddObject(wait, Kind::kWait);
  return wait;
}

BOOL hooks::TrySubmitThreadpoolCallback(const Caller* caller,
                                        PTP_SIMPLE_CALLBACK function,
                                        void* argument,
                                        PTP_CALLBACK_ENVIRON environment) {
  Call* call = Of(caller).NewCallOnce(AsPointer(function), argument);
  if (::TrySubmitThreadpoolCallback(&RunSimple, call, environment)) return TRUE;
  const Once unused(call);
  return FALSE;
}

BOOL hooks::QueueUserWorkItem(const Caller* caller,
                              LPTHREAD_START_ROUTINE function, void* argument,
                              ULONG flags) {
  Call* call = Of(caller).NewCallOnce(AsPointer(function), argument);
  if (::QueueUserWorkItem(&RunWorkItem, call, flags)) return TRUE;
  const Once unused(call);
  return FALSE;
}

BOOL hooks::RegisterWaitForSingleObject(const Caller* caller, HANDLE* wait,
                                        HANDLE object,
                                        WAITORTIMERCALLBACK function,
                                        void* argument, ULONG timeout,
                                        ULONG flags) {
  const BOOL result = ::RegisterWaitForSingleObject(
      wait, object, &RunWaitOrTimer,
      Of(caller).NewCall(AsPointer(function), argument), timeout, flags);
  if (result) Of(caller).AddObject(*wait, Kind::kRegisteredWait);
  return result;
}

BOOL hooks::CreateTimerQueueTimer(const Caller* caller, HANDLE* timer,
                                  HANDLE queue, WAITORTIMERCALLBACK function,
                                  void* argument, DWORD first, DWORD period,
                                  ULONG flags) {
  const BOOL result = ::CreateTimerQueueTimer(
      timer, queue, &RunWaitOrTimer,
      Of(caller).NewCall(AsPointer(function), argument), first, period, flags);
  if (result) Of(caller).AddObject(*timer, Kind::kQueueTimer, queue);
  return result;
}

BOOL hooks::DeleteTimerQueueTimer(const Caller* caller, HANDLE queue,
                                  HANDLE timer, HANDLE event) {
  Of(caller).Remove(reinterpret_cast<uint64_t>(timer));
  return ::DeleteTimerQueueTimer(queue, timer, event);
}

BOOL hooks::DeleteTimerQueue(const Caller* caller, HANDLE queue) {
  Of(caller).RemoveQueue(queue);
  return ::DeleteTimerQueueEx(queue, nullptr);
}

BOOL hooks::DeleteTimerQueueEx(const Caller* caller, HANDLE queue,
                               HANDLE event) {
  Of(caller).RemoveQueue(queue);
  return ::DeleteTimerQueueEx(queue, event);
}

}  // namespace relib::platform
