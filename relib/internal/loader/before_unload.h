#ifndef RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_
#define RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "platform/host/deadline.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

// A run of a module's before_unload on a thread of its own, so that the caller
// can stop waiting for it. Not thread-safe.
class BeforeUnload {
 public:
  // Starts a thread that stores its id in `thread` and then calls invoke().
  // Fails with ResourceExhausted if no thread can be started; then nothing has
  // been called.
  static absl::StatusOr<std::unique_ptr<BeforeUnload>> Start(
      std::function<Failure*()> invoke, std::atomic<uint64_t>& thread);

  BeforeUnload(const BeforeUnload&) = delete;
  BeforeUnload& operator=(const BeforeUnload&) = delete;
  // Waits for the end of the thread.
  ~BeforeUnload();

  // Returns true if before_unload has returned and its thread has ended, with
  // the destructors of its thread_local objects. Waits for that until
  // `deadline`.
  bool Wait(platform::Deadline deadline);

  // Returns what before_unload threw, or null. The caller takes ownership.
  // Wait() must have returned true.
  Failure* failure() const;

 private:
  struct State;
  explicit BeforeUnload(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_BEFORE_UNLOAD_H_
