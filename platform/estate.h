#ifndef PLATFORM_ESTATE_H_
#define PLATFORM_ESTATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "platform/agent.h"

namespace relib::platform {

struct ThreadInfo {
  // As debuggers and top(1) show it: gettid(), or the Windows thread id.
  uint64_t id = 0;
  // May be empty.
  std::string name;
};

// Everything that one module owns outside of its image, filled by the hooks of
// its agent. Lives in the host, so that it is still there when the image isn't.
// Thread-safe. It must outlive the image and every thread in it.
class Estate {
 public:
  static std::unique_ptr<Estate> Create();
  virtual ~Estate() = default;

  // What the module's agent is given.
  virtual const AgentBinding* binding() const = 0;

  // The threads that the module started and that may still run code of its
  // image: a thread counts until its thread-local destructors are done, however
  // it ends, joined or detached.
  virtual std::vector<ThreadInfo> LiveThreads() const = 0;

  // Waits until there is none, or until `deadline`. True if there is none.
  virtual bool WaitForThreads(absl::Time deadline) const = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_ESTATE_H_
