#ifndef RELIB_INTERNAL_LOADER_HOST_MANIFEST_H_
#define RELIB_INTERNAL_LOADER_HOST_MANIFEST_H_

#include <cstddef>
#include <string_view>

#include "absl/base/no_destructor.h"
#include "relib/interface.h"
#include "relib/internal/manifest/manifest.h"
#include "relib/internal/manifest/manifest_reader.h"
#include "relib/internal/types/text.h"

// The host's own side of the comparison with a module's manifest: made by the
// same code as the manifest, and read by the same parser.

namespace relib::internal {

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

// The text of Source::Get(), at one address per `Source`.
template <typename Source>
constexpr std::string_view TextOf() {
  return std::string_view(kFixedText<Source>.bytes,
                          sizeof(kFixedText<Source>.bytes) - 1);
}

template <typename R>
struct MainTextOf {
  static constexpr Text Get() { return MainText<R()>(); }
};

template <typename T, typename Entries>
struct EntriesTextOf;
template <typename T, typename... Entries>
struct EntriesTextOf<T, TypeList<Entries...>> {
  static constexpr Text Get() {
    return EntriesText<InterfaceOf<T>>(
        TypeList<typename EntryTraits<Entries>::Signature...>(),
        {(EntryTraits<Entries>::kIsOptional ? EntryKind::kOptional
                                            : EntryKind::kPresent)...});
  }
};

// The entries of the interface `T`, without build facts.
template <typename T>
const ManifestPart& HostManifest() {
  static const absl::NoDestructor<ManifestPart> note(*ParseManifestPart(
      TextOf<EntriesTextOf<T, typename InterfaceOf<T>::Entries>>()));
  return *note;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_HOST_MANIFEST_H_
