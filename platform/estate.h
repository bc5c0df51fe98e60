#ifndef PLATFORM_ESTATE_H_
#define PLATFORM_ESTATE_H_

#include <cstddef>
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

// What a module had left of one kind when it went.
struct LeftResources {
  static constexpr size_t kMostItems = 8;

  // "open file": in the singular.
  std::string kind;
  uint64_t count = 0;
  // The memory in it, where it is of that sort.
  uint64_t bytes = 0;
  // Some of them as people know them: "7 /tmp/cache".
  std::vector<std::string> items = {};
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

  // Waits until the system calls nothing in the image, such as a signal
  // handler, or until `deadline`. Empty, or what still runs or can't be given
  // back now, each as a text for people.
  virtual std::vector<std::string> WaitForCallbacks(
      absl::Time deadline) const = 0;

  // To be called once, after the image is gone. Gives back what the module
  // left, and says what that was.
  virtual std::vector<LeftResources> Settle() = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_ESTATE_H_
