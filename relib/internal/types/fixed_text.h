#ifndef RELIB_INTERNAL_TYPES_FIXED_TEXT_H_
#define RELIB_INTERNAL_TYPES_FIXED_TEXT_H_

#include <cstddef>
#include <string_view>

#include "relib/internal/types/text.h"

// Keeps texts that are generated at compile time: a Text can't outlive the
// constant evaluation that allocates it.

namespace relib::internal {

// A text of fixed size, which may be a constant with static storage.
template <size_t kSize>
struct FixedText {
  char bytes[kSize + 1] = {};
};

template <typename Source>
consteval auto MakeFixedText() {
  FixedText<Source::Get().size()> fixed;
  const Text text = Source::Get();
  std::string_view(text).copy(fixed.bytes, text.size());
  return fixed;
}

template <typename Source>
inline constexpr auto kFixedText = MakeFixedText<Source>();

// Returns the text of Source::Get(). It has one address per `Source`.
template <typename Source>
constexpr std::string_view TextOf() {
  return std::string_view(kFixedText<Source>.bytes,
                          sizeof(kFixedText<Source>.bytes) - 1);
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_FIXED_TEXT_H_
