#ifndef RELIB_STATE_INTERNAL_TYPES_ENUMERATORS_H_
#define RELIB_STATE_INTERNAL_TYPES_ENUMERATORS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "relib/internal/boundary/state_abi.h"

// Finds the names of the enumerators from -128 to 255, and of those that have a
// single bit. C++20 can't list enumerators, but compilers print their names.

// Before Clang 20, a value out of the range of an enum is only a warning.
#if defined(__clang__) && __clang_major__ < 20 && __clang_major__ >= 16
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wenum-constexpr-conversion"
#endif

namespace relib::internal {

template <typename E, auto kValue, typename = void>
inline constexpr bool kIsValueOf = false;
template <typename E, auto kValue>
inline constexpr bool kIsValueOf<
    E, kValue, std::void_t<std::integral_constant<E, static_cast<E>(kValue)>>> =
    true;

// Returns the largest value of up to 255 that the enum may have. The range of
// an enum without a fixed underlying type depends on its enumerators.
template <typename E, int kBits = 8>
consteval int64_t LastSmallValue() {
  if constexpr (kBits == 0) {
    return 0;
  } else if constexpr (kIsValueOf<E, (int64_t{1} << kBits) - 1>) {
    using Underlying = std::underlying_type_t<E>;
    constexpr int64_t kLast = (int64_t{1} << kBits) - 1;
    return std::is_same_v<Underlying, bool> ? 1
           : sizeof(Underlying) == 1 && std::is_signed_v<Underlying>
               ? kLast & 127
               : kLast;
  } else {
    return LastSmallValue<E, kBits - 1>();
  }
}

template <typename E>
consteval int64_t FirstSmallValue() {
  if constexpr (std::is_signed_v<std::underlying_type_t<E>> &&
                kIsValueOf<E, -128>) {
    return -128;
  } else {
    return 0;
  }
}

template <typename E, auto... kValues>
consteval std::string_view PrintedValues() {
#if defined(_MSC_VER) && !defined(__clang__)
  return __FUNCSIG__;
#else
  return __PRETTY_FUNCTION__;
#endif
}

// Calls visit(index, name) for each value that has a name: "kRed" of
// "Color::kRed". GCC prints "... [with E = Color; auto ...kValues =
// {Color::kRed, (Color)5}; ...", Clang "[E = Color, kValues = <Color::kRed,
// (Color)5>]".
template <typename Visit>
consteval void VisitPrintedNames(std::string_view printed, const Visit& visit) {
  size_t at = printed.find("kValues = ") + 11;
  size_t index = 0;
  while (at < printed.size()) {
    size_t end = at;
    int depth = 0;
    size_t name = at;
    bool is_name = printed[at] != '(' && printed[at] != '-' &&
                   (printed[at] < '0' || printed[at] > '9');
    for (; end < printed.size(); ++end) {
      const char character = printed[end];
      if (character == '(' || character == '<') ++depth;
      if (character == ')' || character == '>' || character == '}') {
        if (depth == 0) break;
        --depth;
      }
      if (depth == 0 && character == ',') break;
      if (character == ':') name = end + 1;
    }
    if (is_name) visit(index, printed.substr(name, end - name));
    ++index;
    if (end >= printed.size() || printed[end] != ',') break;
    at = end + 2;
  }
}

template <typename E>
struct Enumerators {
  static constexpr int64_t kFirst = FirstSmallValue<E>();
  static constexpr size_t kSmallCount =
      static_cast<size_t>(LastSmallValue<E>() - kFirst + 1);
  // The number of bits above the small values.
  static constexpr size_t kBitCount = kSmallCount < 256 ? 0 : sizeof(E) * 8 - 8;

  static constexpr int64_t ValueAt(size_t index) {
    if (index < kSmallCount) return kFirst + static_cast<int64_t>(index);
    const uint64_t bit = uint64_t{1} << (8 + index - kSmallCount);
    return static_cast<int64_t>(static_cast<std::underlying_type_t<E>>(bit));
  }
  template <size_t... kIndices>
  static consteval std::string_view Printed(std::index_sequence<kIndices...>) {
    return PrintedValues<E, static_cast<E>(ValueAt(kIndices))...>();
  }
  static consteval std::string_view Printed() {
    return Printed(std::make_index_sequence<kSmallCount + kBitCount>());
  }

  static consteval std::pair<size_t, size_t> Count() {
    std::pair<size_t, size_t> count = {0, 0};
    VisitPrintedNames(Printed(), [&](size_t, std::string_view name) {
      ++count.first;
      count.second += name.size();
    });
    return count;
  }
  static constexpr size_t kCount = Count().first;

  // Copies the names, so that the binary doesn't keep the text that the
  // compiler printed.
  static consteval auto MakeNames() {
    std::array<char, Count().second + 1> names = {};
    size_t at = 0;
    VisitPrintedNames(Printed(), [&](size_t, std::string_view name) {
      for (char character : name) names[at++] = character;
    });
    return names;
  }
  static constexpr auto kNames = MakeNames();

  static consteval auto MakeTable() {
    std::array<StateEnumerator, kCount + 1> table = {};
    size_t i = 0;
    const char* text = kNames.data();
    VisitPrintedNames(Printed(), [&](size_t index, std::string_view name) {
      table[i++] = {{text, name.size()}, ValueAt(index)};
      text += name.size();
    });
    return table;
  }
  static constexpr auto kTable = MakeTable();
};

}  // namespace relib::internal

#if defined(__clang__) && __clang_major__ < 20 && __clang_major__ >= 16
#pragma clang diagnostic pop
#endif

#endif  // RELIB_STATE_INTERNAL_TYPES_ENUMERATORS_H_
