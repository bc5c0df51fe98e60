#ifndef RELIB_INTERNAL_LOADER_HOST_MANIFEST_H_
#define RELIB_INTERNAL_LOADER_HOST_MANIFEST_H_

#include "absl/base/no_destructor.h"
#include "relib/interface.h"
#include "relib/internal/manifest/manifest.h"
#include "relib/internal/manifest/manifest_reader.h"
#include "relib/internal/types/fixed_text.h"
#include "relib/internal/types/text.h"

// The host's side of the comparison with a module's manifest. It is generated
// by the same code as the manifest and parsed by the same parser.

namespace relib::internal {

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

// Returns the entries of the interface T, without the build facts.
template <typename T>
const ManifestPart& HostManifest() {
  static const absl::NoDestructor<ManifestPart> part(*ParseManifestPart(
      TextOf<EntriesTextOf<T, typename InterfaceOf<T>::Entries>>()));
  return *part;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_HOST_MANIFEST_H_
