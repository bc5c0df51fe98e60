#ifndef RELIB_INTERNAL_HOST_NOTE_H_
#define RELIB_INTERNAL_HOST_NOTE_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/base/no_destructor.h"
#include "relib/interface.h"
#include "relib/internal/record.h"
#include "relib/internal/record_reader.h"

// The host's own side of the comparison with a module's record: made by the same
// code as the record, and read by the same parser.

namespace relib::internal {

template <size_t kSize>
struct FixedText {
  char bytes[kSize + 1] = {};
};

template <typename Text>
consteval auto MakeFixedText() {
  FixedText<Text::Get().size()> fixed;
  const std::string text = Text::Get();
  std::copy(text.begin(), text.end(), fixed.bytes);
  return fixed;
}

template <typename Text>
inline constexpr auto kFixedText = MakeFixedText<Text>();

// The text of Text::Get(), at one address per `Text`.
template <typename Text>
constexpr std::string_view TextOf() {
  return std::string_view(kFixedText<Text>.bytes,
                          sizeof(kFixedText<Text>.bytes) - 1);
}

template <typename R>
struct MainTextOf {
  static constexpr std::string Get() { return MainText<R()>(); }
};

template <typename T, typename Entries>
struct EntriesTextOf;
template <typename T, typename... Entries>
struct EntriesTextOf<T, TypeList<Entries...>> {
  static constexpr std::string Get() {
    return EntriesText<InterfaceOf<T>>(
        TypeList<typename EntryTraits<Entries>::Signature...>());
  }
};

// The entries of the interface `T`, without build facts.
template <typename T>
const RecordNote& HostNote() {
  static const absl::NoDestructor<RecordNote> note(
      *ParseNoteText(TextOf<EntriesTextOf<T, typename InterfaceOf<T>::Entries>>()));
  return *note;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_HOST_NOTE_H_
