#ifndef PLATFORM_TESTS_SUBPROCESS_TEST_SYSTEM_H_
#define PLATFORM_TESTS_SUBPROCESS_TEST_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host/subprocess.h"

// Functions of each system for subprocess_test.
namespace relib::platform::test {

// A descriptor or handle that a child inherits unless that is prevented.
class InheritableHandle {
 public:
  InheritableHandle();
  ~InheritableHandle();
  // Returns the argument for IsInherited() in the child.
  std::string text() const;

 private:
  intptr_t handle_;
};

bool IsInherited(const std::string& text);

// Returns the number of descriptors or handles of this process.
int OpenHandles();

// Makes this process reap all of its children, where processes are reaped.
class ReapingHost {
 public:
  ReapingHost();
  // NOLINTNEXTLINE(performance-trivially-destructible): not on every system.
  ~ReapingHost();
};

// Starts `<program> child <arguments>`, and does not wait for it.
void StartChild(const std::string& program, const std::string& arguments);

// Returns true on Linux, and on Windows under Wine.
bool RunsUnixCommands();

// Starts `command` in /bin/sh. Returns Unimplemented on Windows without Wine.
absl::StatusOr<std::unique_ptr<Subprocess>> StartUnixCommand(
    const std::string& command, const std::string& working_directory);

}  // namespace relib::platform::test

#endif  // PLATFORM_TESTS_SUBPROCESS_TEST_SYSTEM_H_
