#ifndef PLATFORM_WINDOWS_HOST_GUARDED_ABORT_H_
#define PLATFORM_WINDOWS_HOST_GUARDED_ABORT_H_

namespace relib::platform {

// To be called by what stands in for abort(). Doesn't return if the calling
// thread is in a call of CrashGuard::Run() whose image has called it.
void AbortGuardedCall();

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_GUARDED_ABORT_H_
