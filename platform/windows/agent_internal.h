#ifndef PLATFORM_WINDOWS_AGENT_INTERNAL_H_
#define PLATFORM_WINDOWS_AGENT_INTERNAL_H_

// Between the two sources of the agent: agent.cc is for every compiler,
// agent_gnu.cc for the C++ runtime of GCC and clang.

namespace relib::platform::internal {

// Runs the destructors of the module's thread_local objects, the last
// constructed first: those of the calling thread, or of all threads.
void RunThreadDestructors();
void RunAllThreadDestructors();

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_INTERNAL_H_
