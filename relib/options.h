#ifndef RELIB_OPTIONS_H_
#define RELIB_OPTIONS_H_

#include <string>

#include "absl/time/time.h"

namespace relib {

struct LoadOptions {
  // Loads a copy of the file, so that the original can be overwritten or
  // deleted while the module runs, and loaded again beside this one. The copy
  // lies in a directory of this process that nobody else can read, and goes
  // with the module.
  bool private_copy = false;
};

struct UnloadOptions {
  // How long calls in flight, and then threads of the module, are waited for.
  absl::Duration deadline = absl::Seconds(1);
};

// What an unload did. docs/unloading.md describes each field.
struct UnloadReport {
  // From the call of Unload() to the proof that the image is gone.
  absl::Duration elapsed;

  // One line for people, without a newline.
  std::string ToString() const;
};

}  // namespace relib

#endif  // RELIB_OPTIONS_H_
