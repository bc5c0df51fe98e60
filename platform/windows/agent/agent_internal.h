#ifndef PLATFORM_WINDOWS_AGENT_AGENT_INTERNAL_H_
#define PLATFORM_WINDOWS_AGENT_AGENT_INTERNAL_H_

// Between the sources of the agent: agent.cc is for every compiler,
// agent_gnu.cc and entry_gnu.cc for the C++ runtime of GCC and clang,
// runtime_code for a linker.

namespace relib::platform::internal {

// Runs the destructors of the module's thread_local objects, the last
// constructed first: those of the calling thread, or of all threads.
void RunThreadDestructors();
void RunAllThreadDestructors();

// Calls a destructor, as the host wants it; or not, when a crash has made them
// all to be skipped.
void RunDestructor(void (*destroy)(void*), void* object);
bool DestructorsAreSkipped();

// When the last code of the image has run.
void LeaveImage();

// Whether it is code of the pthreads library that is linked into the module.
bool IsRuntimeCode(const void* address);

}  // namespace relib::platform::internal

#endif  // PLATFORM_WINDOWS_AGENT_AGENT_INTERNAL_H_
