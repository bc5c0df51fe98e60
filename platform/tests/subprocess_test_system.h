#ifndef PLATFORM_TESTS_SUBPROCESS_TEST_SYSTEM_H_
#define PLATFORM_TESTS_SUBPROCESS_TEST_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host/subprocess.h"

// The few things that subprocess_test needs from each system.
namespace relib::platform::test {

// A descriptor or handle that a child would inherit if nobody prevented it.
class InheritableHandle {
 public:
  InheritableHandle();
  ~InheritableHandle();
  // What IsInherited() takes in the child.
  std::string text() const;

 private:
  intptr_t handle_;
};

bool IsInherited(const std::string& text);

// How many descriptors or handles this process has.
int OpenHandles();

// A program that takes the end of every child for itself, where that exists.
class ReapingHost {
 public:
  ReapingHost();
  // NOLINTNEXTLINE(performance-trivially-destructible): not on every system.
  ~ReapingHost();
};

// Runs `<program> child <arguments>` as a child that is not waited for.
void StartChild(const std::string& program, const std::string& arguments);

// Returns true on Linux, and on Windows under Wine.
bool RunsUnixCommands();

// Starts `command` in /bin/sh. Returns Unimplemented on Windows without Wine.
absl::StatusOr<std::unique_ptr<Subprocess>> StartUnixCommand(
    const std::string& command, const std::string& working_directory);

}  // namespace relib::platform::test

#endif  // PLATFORM_TESTS_SUBPROCESS_TEST_SYSTEM_H_
