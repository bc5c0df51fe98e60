#ifndef RELIB_INTERNAL_MODULE_MODULE_MANIFEST_H_
#define RELIB_INTERNAL_MODULE_MODULE_MANIFEST_H_

#include <cstddef>
#include <iterator>

#include "relib/interface.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/manifest/manifest.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/text.h"

// Generates the texts of a module's manifest for the macros of relib/module.h.

namespace relib::internal {

// Returns the build facts and the entries of the interface T.
template <typename T, typename... Entries>
constexpr Text InterfaceText(TypeList<Entries...>,
                             const EntryKind (&kinds)[sizeof...(Entries)]) {
  Text text = BuildText();
  text += EntriesText<InterfaceOf<T>>(
      TypeList<typename EntryTraits<Entries>::Signature...>(), kinds);
  return text;
}

template <typename T>
constexpr size_t EntryCount() {
  return std::size(InterfaceOf<T>::kOffsets);
}

template <typename T, const T& kValue>
struct ExportsManifestText {
  static constexpr Text Get() {
    EntryKind kinds[EntryCount<T>()];
    for (size_t i = 0; i < EntryCount<T>(); ++i) {
      kinds[i] = InterfaceOf<T>::template kHasBody<kValue>[i]
                     ? EntryKind::kPresent
                     : EntryKind::kAbsent;
    }
    return InterfaceText<T>(typename InterfaceOf<T>::Entries(), kinds);
  }
};

template <typename T>
struct ImportsManifestText {
  static constexpr Text Get() {
    return InterfaceText<T>(typename InterfaceOf<T>::Entries(),
                            EntryKinds<EntryCount<T>()>().kinds);
  }
};

template <typename R>
struct MainManifestText {
  static constexpr Text Get() {
    Text text = BuildText();
    text += MainText<R()>();
    return text;
  }
};

// TypeOf<void(R)> is R, and TypeOf<void()> is void: the type between the
// parentheses of RELIB_MAIN, which may contain commas.
template <typename Function>
struct TypeOfHelper;
template <>
struct TypeOfHelper<void()> {
  using Type = void;
};
template <typename R>
struct TypeOfHelper<void(R)> {
  using Type = R;
};
template <typename Function>
using TypeOf = typename TypeOfHelper<Function>::Type;

}  // namespace relib::internal

// Defines a note of the manifest. The notes must lie in their section without
// gaps, hence the alignment: compilers align large constants to 32 bytes by
// default.
#define RELIB_INTERNAL_NOTE(name, type, text)                               \
  alignas(                                                                  \
      4) RELIB_INTERNAL_MANIFEST_SECTION constinit static const auto name = \
      ::relib::internal::MakeNote<::relib::internal::NoteType::type, text>()

#endif  // RELIB_INTERNAL_MODULE_MODULE_MANIFEST_H_
