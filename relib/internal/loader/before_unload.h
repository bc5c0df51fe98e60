#ifndef RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_
#define RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

// A run of a module's before_unload on a thread of its own, so that the caller
// can stop waiting for it. Not thread-safe.
class BeforeUnload {
 public:
  // Starts a thread that stores its id in `thread` and then calls invoke().
  BeforeUnload(std::function<Failure*()> invoke, std::atomic<uint64_t>& thread);

  BeforeUnload(const BeforeUnload&) = delete;
  BeforeUnload& operator=(const BeforeUnload&) = delete;
  // Wait() must have returned true.
  ~BeforeUnload();

  // Returns true if before_unload returned before `deadline` and its thread has
  // ended. Grants the thread one more second to end, so that a busy machine
  // doesn't fail an unload in time: only destructors of thread_local objects
  // run then.
  bool Wait(absl::Time deadline);

  // Returns what before_unload threw, or null. The caller takes ownership.
  // Wait() must have returned true.
  Failure* failure() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_
