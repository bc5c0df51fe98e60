#ifndef RELIB_INTERNAL_BOUNDARY_INTERFACE_TRAITS_H_
#define RELIB_INTERNAL_BOUNDARY_INTERFACE_TRAITS_H_

#include <cstddef>
#include <type_traits>

#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/passing.h"
#include "relib/internal/boundary/sides.h"
#include "relib/internal/types/fields.h"

// What templates know of the interface structs that RELIB_INTERFACE describes.

namespace relib {

template <typename Signature>
class Export;
template <typename Signature>
class OptionalExport;
template <typename Signature>
class Import;

namespace internal {

enum class Direction { kExport, kImport };

// Describes one entry of an interface struct.
template <typename Entry>
struct EntryTraits;
template <typename Signature_>
struct EntryTraits<Export<Signature_>> {
  using Signature = Signature_;
  static constexpr Direction kDirection = Direction::kExport;
  static constexpr size_t kSize = sizeof(ExportSlot);
  static constexpr bool kIsOptional = false;
};
template <typename Signature>
struct EntryTraits<OptionalExport<Signature>> : EntryTraits<Export<Signature>> {
  static constexpr bool kIsOptional = true;
};
template <typename Signature_>
struct EntryTraits<Import<Signature_>> {
  using Signature = Signature_;
  static constexpr Direction kDirection = Direction::kImport;
  static constexpr size_t kSize = sizeof(ImportSlot);
  static constexpr bool kIsOptional = false;
};

// An export that is called without the gate, because its module is pinned: a
// call costs as much as one of a function pointer. Empty for imports.
template <typename Entry, Direction kDirection = EntryTraits<Entry>::kDirection,
          typename Signature = typename EntryTraits<Entry>::Signature>
class UngatedEntry {};

template <typename Entry, typename R, typename... A>
class UngatedEntry<Entry, Direction::kExport, R(A...)> : public Entry {
 public:
  template <typename Side = HostSide>
  RELIB_INTERNAL_ALWAYS_INLINE typename Side::template Result<R> operator()(
      ParameterType<A>... arguments) const {
    using UngatedSide = std::conditional_t<EntryTraits<Entry>::kIsOptional,
                                           typename Side::UngatedOptional,
                                           typename Side::Ungated>;
    return Entry::template operator()<UngatedSide>(arguments...);
  }
};

// Storage for the imports of a module. The host fills it. It is never
// destroyed, because the host owns what it points to.
template <typename T>
union ImportsHolder {
  constexpr ImportsHolder() : value() {}
  constexpr ~ImportsHolder() {}
  T value;
};

// The struct that RELIB_INTERFACE(T, ...) declared:
//   kNames[]            the names of the entries, in order
//   kOffsets[]          their offsets in T, in bytes
//   Entries             TypeList of their types
//   Ungated             T with its entries as UngatedEntry
template <typename T>
using InterfaceOf = decltype(RelibInterfaceOf(static_cast<const T*>(nullptr)));

template <typename T>
constexpr Direction DirectionOf(TypeList<>) = delete;
template <typename First, typename... Rest>
constexpr Direction DirectionOf(TypeList<First, Rest...>) {
  static_assert(
      ((EntryTraits<First>::kDirection == EntryTraits<Rest>::kDirection) &&
       ...),
      "relib: an interface holds either exports or imports, not both");
  return EntryTraits<First>::kDirection;
}

// Returns whether the arguments of RELIB_INTERFACE are the members of T, all of
// them and in the same order.
template <typename T, typename... Entries, size_t N>
constexpr bool ListsEveryEntry(TypeList<Entries...>,
                               const size_t (&offsets)[N]) {
  if ((EntryTraits<Entries>::kSize + ...) != sizeof(T)) return false;
  size_t expected = 0;
  for (size_t offset : offsets) {
    if (offset != expected) return false;
    expected += sizeof(T) / N;
  }
  return true;
}

template <typename T>
concept ExportsInterface =
    DirectionOf(typename InterfaceOf<T>::Entries()) == Direction::kExport;
template <typename T>
concept ImportsInterface =
    DirectionOf(typename InterfaceOf<T>::Entries()) == Direction::kImport;

}  // namespace internal
}  // namespace relib

#endif  // RELIB_INTERNAL_BOUNDARY_INTERFACE_TRAITS_H_
