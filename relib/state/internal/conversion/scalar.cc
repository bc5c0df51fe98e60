#include "relib/state/internal/conversion/scalar.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

#include "relib/internal/boundary/state_abi.h"

namespace relib::internal {
namespace {

// In the order of ScalarType. A damaged bool may have any byte, so its type is
// uint8_t.
using Scalars =
    std::tuple<uint8_t, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
               uint32_t, uint64_t, float, double, long double>;
constexpr size_t kCount = std::tuple_size_v<Scalars>;
static_assert(kCount == static_cast<size_t>(kLastScalarType) + 1);

template <size_t kIndex>
constexpr bool kIsBool = kIndex == static_cast<size_t>(ScalarType::kBool);

template <typename To, typename From>
To Nearest(From value) {
  using Limits = std::numeric_limits<To>;
  if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(value);
  } else if constexpr (std::is_floating_point_v<From>) {
    if (std::isnan(value)) return 0;
    // The largest value may not be representable in From, but the power of two
    // after it is.
    const From end = std::ldexp(From{1}, Limits::digits);
    if (value >= end) return Limits::max();
    if (value <= (std::is_signed_v<To> ? -end : From{0})) return Limits::min();
    return static_cast<To>(value);
  } else {
    if (std::in_range<To>(value)) return static_cast<To>(value);
    return std::cmp_less(value, 0) ? Limits::min() : Limits::max();
  }
}

template <typename From, typename To>
bool IsSame(From from, To to) {
  if constexpr (std::is_floating_point_v<From> ||
                std::is_floating_point_v<To>) {
    if constexpr (std::is_floating_point_v<From>) {
      if (std::isnan(from)) {
        if constexpr (std::is_floating_point_v<To>) return std::isnan(to);
        return false;
      }
    }
    // long double represents every 64-bit integer and every double.
    return static_cast<long double>(from) == static_cast<long double>(to);
  } else {
    return std::cmp_equal(from, to);
  }
}

template <size_t kFrom, size_t kTo>
bool Convert(const void* from, void* to) {
  using From = std::tuple_element_t<kFrom, Scalars>;
  using To = std::tuple_element_t<kTo, Scalars>;
  From value;
  std::memcpy(&value, from, sizeof(value));
  if constexpr (kIsBool<kFrom>) value = value != 0 ? 1 : 0;
  To result;
  if constexpr (kIsBool<kTo>) {
    result = value != From{0} ? 1 : 0;
  } else {
    result = Nearest<To>(value);
  }
  std::memcpy(to, &result, sizeof(result));
  return IsSame(value, result);
}

template <size_t... kIndices>
constexpr std::array<ScalarConversion, kCount * kCount> MakeTable(
    std::index_sequence<kIndices...>) {
  return {&Convert<kIndices / kCount, kIndices % kCount>...};
}
constexpr auto kTable = MakeTable(std::make_index_sequence<kCount * kCount>());

}  // namespace

ScalarConversion ScalarConversionOf(ScalarType from, ScalarType to) {
  return kTable[static_cast<size_t>(from) * kCount + static_cast<size_t>(to)];
}

long long ReadInteger(ScalarType type, const void* from) {
  if (type == ScalarType::kUint64) type = ScalarType::kInt64;
  int64_t value = 0;
  ScalarConversionOf(type, ScalarType::kInt64)(from, &value);
  return value;
}

void WriteInteger(ScalarType type, long long value, void* to) {
  if (type == ScalarType::kUint64) type = ScalarType::kInt64;
  const int64_t number = value;
  ScalarConversionOf(ScalarType::kInt64, type)(&number, to);
}

}  // namespace relib::internal
