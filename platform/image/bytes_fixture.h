#ifndef PLATFORM_IMAGE_BYTES_FIXTURE_H_
#define PLATFORM_IMAGE_BYTES_FIXTURE_H_

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/log/check.h"

// Overwrites parts of a file that a test makes by hand.

namespace relib::platform {

template <typename T>
void Put(std::string& bytes, size_t offset, T value) {
  CHECK_LE(offset + sizeof(value), bytes.size());
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

inline void PutText(std::string& bytes, size_t offset, std::string_view text) {
  CHECK_LE(offset + text.size(), bytes.size());
  std::memcpy(bytes.data() + offset, text.data(), text.size());
}

}  // namespace relib::platform

#endif  // PLATFORM_IMAGE_BYTES_FIXTURE_H_
