#ifndef PLATFORM_HOST_LEFTOVER_H_
#define PLATFORM_HOST_LEFTOVER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace relib::platform {

// The resources of one kind that a module didn't release itself.
// relib::Leftover is this type.
struct Leftover {
  static constexpr size_t kMaxItems = 8;

  // A noun in the singular: "open file", "thread key", "heap block".
  std::string kind;
  uint64_t count = 0;
  // The bytes of memory in them; zero for kinds that aren't memory.
  uint64_t bytes = 0;
  // Up to kMaxItems of them by name: "7 /tmp/cache".
  std::vector<std::string> items = {};

  bool operator==(const Leftover&) const = default;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_LEFTOVER_H_
