#ifndef RELIB_STATE_INTERNAL_TYPES_LISTED_FIELDS_H_
#define RELIB_STATE_INTERNAL_TYPES_LISTED_FIELDS_H_

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "relib/internal/types/fields.h"

// The fields of a class that RELIB_STATE lists.

namespace relib::internal {

// The value that RELIB_STATE makes of its list.
template <typename... Fields>
struct StateListedFields {
  using Types = TypeList<Fields...>;
  std::string_view names[sizeof...(Fields) + 1];
  size_t offsets[sizeof...(Fields) + 1];
};

template <typename T, typename List>
struct StateListedFieldsMaker;
template <typename T, typename... Fields>
struct StateListedFieldsMaker<T, TypeList<Fields...>> {
  static constexpr size_t kCount = sizeof...(Fields);
  using Listed = StateListedFields<Fields...>;
};
template <typename T, typename List>
constexpr auto MakeListedFields(
    const char* const (&names)[StateListedFieldsMaker<T, List>::kCount],
    const size_t (&offsets)[StateListedFieldsMaker<T, List>::kCount]) {
  using Maker = StateListedFieldsMaker<T, List>;
  typename Maker::Listed listed = {};
  for (size_t i = 0; i < Maker::kCount; ++i) {
    listed.names[i] = names[i];
    listed.offsets[i] = offsets[i];
  }
  return listed;
}

template <typename T>
concept ListedAsState =
    requires { RelibStateFieldsOf(static_cast<const T*>(nullptr)); };
template <typename T>
inline constexpr bool kIsStateListed = false;
template <typename T>
  requires std::is_class_v<T>
inline constexpr bool kIsStateListed<T> = ListedAsState<T>;

// Returns true if the list names all fields. Where the number of fields is
// unknown, a gap between listed fields that could hold another one reveals that
// a field is missing.
template <typename T, typename... Fields>
constexpr bool ListsEveryField(TypeList<Fields...>) {
  constexpr auto kListed = RelibStateFieldsOf(static_cast<const T*>(nullptr));
  if constexpr (kFieldsAreKnown<T>) {
    return sizeof...(Fields) == CountFields<T>();
  } else {
    constexpr size_t kSizes[] = {kSizeOf<Fields>...};
    constexpr size_t kAlignments[] = {alignof(Fields)...};
    size_t end = 0;
    for (size_t found = 0; found < sizeof...(Fields); ++found) {
      size_t next = sizeof...(Fields);
      for (size_t i = 0; i < sizeof...(Fields); ++i) {
        if (kListed.offsets[i] >= end &&
            (next == sizeof...(Fields) ||
             kListed.offsets[i] < kListed.offsets[next])) {
          next = i;
        }
      }
      if (next == sizeof...(Fields) ||
          kListed.offsets[next] - end >= kAlignments[next]) {
        return false;
      }
      end = kListed.offsets[next] + kSizes[next];
    }
    return sizeof(T) - end < alignof(T);
  }
}
template <typename T>
constexpr bool ListsEveryField() {
  return ListsEveryField<T>(typename decltype(RelibStateFieldsOf(
      static_cast<const T*>(nullptr)))::Types());
}

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_LISTED_FIELDS_H_
