#ifndef PLATFORM_HOST_TARGET_H_
#define PLATFORM_HOST_TARGET_H_

namespace relib::platform {

enum class System { kLinux, kWindows };

// The system that this program was built for.
extern const System kTargetSystem;

}  // namespace relib::platform

#endif  // PLATFORM_HOST_TARGET_H_
