#ifndef PLATFORM_WINDOWS_AGENT_AGENT_INTERNAL_H_
#define PLATFORM_WINDOWS_AGENT_AGENT_INTERNAL_H_

// Interface between the sources of the agent: agent.cc is for every compiler,
// agent_gnu.cc and entry_gnu.cc are for the C++ runtime of GCC and Clang, and
// runtime_code_gnu.cc is for GNU linkers.

namespace relib::platform::internal {

// Run the destructors of the module's thread_local objects, the last
// constructed first: those of the calling thread, or those of all threads.
void RunThreadDestructors();
void RunAllThreadDestructors();

// Calls a destructor through the host, which may skip it: after a crash in the
// module all destructors are skipped.
void RunDestructor(void (*destroy)(void*), void* object);
bool DestructorsAreSkipped();

// Called after the last code of the image has run.
void LeaveImage();

// Returns whether `address` is code of the pthreads library that is linked into
// the module.
bool IsRuntimeCode(const void* address);

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_AGENT_INTERNAL_H_
