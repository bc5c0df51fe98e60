#ifndef RELIB_INTERNAL_BOUNDARY_INTERFACE_MACROS_H_
#define RELIB_INTERNAL_BOUNDARY_INTERFACE_MACROS_H_

#include <cstddef>

#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/interface_traits.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/for_each.h"

// Implements RELIB_INTERFACE, which relib/interface.h documents.
#define RELIB_INTERNAL_INTERFACE(T, ...)                                       \
  struct RelibInterface_##T {                                                  \
    using Entries = ::relib::internal::TypeList<RELIB_INTERNAL_TAIL(           \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_TYPE, T, __VA_ARGS__))>;  \
    static constexpr const char* kNames[] = {                                  \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_NAME, T, __VA_ARGS__)};   \
    static constexpr std::size_t kOffsets[] = {                                \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_OFFSET, T, __VA_ARGS__)}; \
    struct Ungated {                                                           \
      RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_UNGATED, T, __VA_ARGS__)    \
    };                                                                         \
    static_assert(                                                             \
        ::relib::internal::ListsEveryEntry<T>(Entries(), kOffsets),            \
        "relib: RELIB_INTERFACE(" #T                                           \
        ", ...) must list every entry of the struct, in the same order, and "  \
        "the struct may hold nothing else");                                   \
    /* Whether each entry of an exports struct has a body. */                  \
    template <const T& kValue>                                                 \
    static constexpr bool kHasBody[sizeof(kNames) / sizeof(kNames[0])] = {     \
        RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_BODY, T, __VA_ARGS__)};   \
    /* Names every entry of an exports struct that has no body. */             \
    template <const T& kValue>                                                 \
    static constexpr bool CheckBodies() {                                      \
      RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_ENTRY_CHECK, T, __VA_ARGS__)      \
      return true;                                                             \
    }                                                                          \
  };                                                                           \
  [[maybe_unused]] constexpr RelibInterface_##T RelibInterfaceOf(const T*) {   \
    return {};                                                                 \
  }                                                                            \
  /* Defined by RELIB_IMPORTS(T). */                                           \
  RELIB_INTERNAL_HIDDEN extern ::relib::internal::ImportsHolder<T>             \
      relib_imports_of_##T;                                                    \
  [[maybe_unused]] inline T& RelibImportsOf(const T*) {                        \
    return relib_imports_of_##T.value;                                         \
  }                                                                            \
  static_assert(true)

#define RELIB_INTERNAL_TAIL(...) RELIB_INTERNAL_TAIL_2(__VA_ARGS__)
#define RELIB_INTERNAL_TAIL_2(comma, ...) __VA_ARGS__
#define RELIB_INTERNAL_ENTRY_TYPE(T, entry) , decltype(T::entry)
#define RELIB_INTERNAL_ENTRY_NAME(T, entry) #entry,
#define RELIB_INTERNAL_ENTRY_BODY(T, entry) static_cast<bool>(kValue.entry),
#define RELIB_INTERNAL_ENTRY_OFFSET(T, entry) offsetof(T, entry),
#define RELIB_INTERNAL_ENTRY_UNGATED(T, entry) \
  ::relib::internal::UngatedEntry<decltype(T::entry)> entry;
#define RELIB_INTERNAL_ENTRY_CHECK(T, entry)                             \
  static_assert(                                                         \
      ::relib::internal::EntryTraits<decltype(T::entry)>::kIsOptional || \
          static_cast<bool>(kValue.entry),                               \
      "relib: the export '" #entry                                       \
      "' has no body: give RELIB_EXPORTS ." #entry                       \
      " = relib::implement<...>, or the struct a default one");

#endif  // RELIB_INTERNAL_BOUNDARY_INTERFACE_MACROS_H_
