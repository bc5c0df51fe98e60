// Leaves a segment of shared memory attached, and one that was detached.

#include <sys/ipc.h>
#include <sys/shm.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr size_t kPage = 4096;

void* Attach() {
  const int segment = shmget(IPC_PRIVATE, 3 * kPage, 0600);
  void* address = shmat(segment, nullptr, 0);
  // The segment itself goes with the last who is attached.
  shmctl(segment, IPC_RMID, nullptr);
  return address;
}

int64_t Run(std::string_view) {
  if (shmdt(Attach()) != 0) return -1;
  return reinterpret_cast<int64_t>(Attach());
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
