#ifndef PLATFORM_WINDOWS_HOST_GUARDED_ABORT_H_
#define PLATFORM_WINDOWS_HOST_GUARDED_ABORT_H_

namespace relib::platform {

// Called by the replacement for abort() in modules. Doesn't return if the
// calling thread is in a call of CrashGuard::Run() and the guarded image has
// called abort().
void AbortGuardedCall();

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_GUARDED_ABORT_H_
