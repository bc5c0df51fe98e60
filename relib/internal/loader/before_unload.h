#ifndef RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_
#define RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

// A run of a module's before_unload, on a thread of its own: one that doesn't
// end can be given up, and goes on. Not thread-safe.
class BeforeUnload {
 public:
  // Starts it. The thread that runs it puts its number into `thread` first,
  // where Wait() looks for it.
  BeforeUnload(std::function<Failure*()> invoke, std::atomic<uint64_t>& thread);

  BeforeUnload(const BeforeUnload&) = delete;
  BeforeUnload& operator=(const BeforeUnload&) = delete;
  // It must have returned, and Wait() said so.
  ~BeforeUnload();

  // True if it has returned by `deadline` and the thread has ended, for which
  // it has a second more: nothing but destructors of thread_local objects runs
  // then, and what has returned in time isn't refused because the processors
  // are busy.
  bool Wait(absl::Time deadline);

  // When it has returned: what it threw, which is the caller's now; or null.
  Failure* failure() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_
