// Leaves one segment of shared memory attached, and detaches another one.
// Returns the address of the former.

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
  // Removes the segment as soon as nobody is attached to it.
  shmctl(segment, IPC_RMID, nullptr);
  return address;
}

int64_t Run(std::string_view) {
  if (shmdt(Attach()) != 0) return -1;
  return reinterpret_cast<int64_t>(Attach());
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
