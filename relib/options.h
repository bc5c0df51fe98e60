#ifndef RELIB_OPTIONS_H_
#define RELIB_OPTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace relib {

struct LoadOptions {
  // Loads a copy of the file, so that the original can be overwritten or
  // deleted while the module runs, and loaded again beside this one. The copy
  // lies in a directory of this process that nobody else can read, and goes
  // with the module.
  bool private_copy = false;

  // False for a module that stays until the process ends, and was built so:
  // relib_module(unloading = False). It shares the C++ runtime and the heap of
  // the process, and nothing that it takes is recorded. Everything but Unload()
  // works. Host and module must agree: LoadError::kIncompatible.
  bool unloading = true;
};

struct UnloadOptions {
  // How long calls in flight, and then threads of the module, are waited for.
  absl::Duration deadline = absl::Seconds(1);
};

// What a module had left of one kind when it went. All of it was given back,
// except for "process state" and what was replaced for good
// (docs/unloading.md).
struct Left {
  // In the singular: "open file", "thread key", "heap block".
  std::string kind;
  uint64_t count = 0;
  // The memory in it, where it is of that sort; else zero.
  uint64_t bytes = 0;
  // Some of them, as people know them: "7 /tmp/cache".
  std::vector<std::string> items = {};

  bool operator==(const Left&) const = default;
};

// What an unload did. A value: it refers to nothing of the module.
// docs/unloading.md describes each field.
struct UnloadReport {
  // From the call of Unload() to the proof that the image is gone.
  absl::Duration elapsed;

  // One entry for each kind, in the order in which they were given back; empty
  // for a module that left nothing.
  std::vector<Left> left = {};

  // The entry of a kind; null if nothing of it was left.
  const Left* Find(std::string_view kind) const;

  // For people: one line, and below it a table of what was left, if anything.
  // Ends without a newline.
  std::string ToString() const;
};

}  // namespace relib

#endif  // RELIB_OPTIONS_H_
