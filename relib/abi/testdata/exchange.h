#ifndef RELIB_ABI_TESTDATA_EXCHANGE_H_
#define RELIB_ABI_TESTDATA_EXCHANGE_H_

#include <cstdint>

#include "relib/abi/optional.h"
#include "relib/abi/result.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"
#include "relib/interface.h"

// An interface with every kind of type that may cross between different
// compilers.
namespace exchange {

namespace abi = relib::abi;

enum class Color : uint8_t { kRed = 1, kBlue = 200 };
enum class Far : int64_t { kAway = -(int64_t{1} << 40) };

// Structs that are passed in two integer registers, in two floating-point
// registers, in one of each, and in memory.
struct Integers {
  int64_t a = 0;
  int32_t b = 0;
  int8_t c = 0;
};
struct Floats {
  float x = 0;
  double y = 0;
};
struct Mixed {
  double x = 0;
  int32_t number = 0;
  bool flag = false;
};
struct Large {
  double values[4] = {};
  Color color = Color::kRed;
};

struct alignas(64) Wide {
  int32_t number = 0;
};

template <typename T>
struct Named {
  abi::String name;
  T value = {};
};

struct Order {
  abi::String customer;
  abi::Vector<Named<int32_t>> items;
  abi::Optional<abi::Vector<abi::String>> notes;
  abi::Vector<abi::Vector<double>> table;
  Mixed mixed;
};

// A handle, which the other side doesn't dereference.
struct Opaque;

struct Exports {
  relib::Export<bool(bool)> not_of;
  relib::Export<signed char(signed char)> next_schar;
  relib::Export<uint8_t(uint8_t)> next_uint8;
  relib::Export<int16_t(int16_t)> next_int16;
  relib::Export<uint16_t(uint16_t)> next_uint16;
  relib::Export<int32_t(int32_t)> next_int32;
  relib::Export<long(long)> next_long;
  relib::Export<unsigned long long(unsigned long long)> next_ull;
  relib::Export<char32_t(char32_t)> next_char32;
  relib::Export<float(float)> half_float;
  relib::Export<double(double)> half_double;
  relib::Export<Color(Color)> other_color;
  relib::Export<Far(Far)> same_far;
  relib::Export<const Opaque*(const Opaque*)> same_pointer;
  relib::Export<double(bool a, float b, uint8_t c, double d, int16_t e, Color f,
                       signed char g, float h, char16_t i)>
      sum_of_all;

  relib::Export<Integers(Integers)> integers;
  relib::Export<Floats(Floats)> floats;
  relib::Export<Mixed(Mixed, const Mixed&)> mixed;
  relib::Export<Large(Large)> large;
  relib::Export<Large(abi::Str, Large, abi::Slice<const int32_t>, Mixed)>
      many_by_value;

  relib::Export<abi::String(abi::Str name)> greet;
  relib::Export<abi::String(const abi::Vector<abi::String>& words,
                            abi::String separator)>
      join;
  relib::Export<abi::Vector<abi::String>(abi::Str text, char separator)> split;
  relib::Export<int64_t(abi::Slice<const int32_t>)> sum;
  relib::Export<uint64_t(abi::Slice<const abi::String>)> total_size;
  relib::Export<void(abi::Slice<int32_t>)> reverse;
  relib::Export<abi::Optional<abi::Vector<abi::String>>(bool some)> maybe;
  relib::Export<abi::Optional<int32_t>(abi::Optional<int32_t>)> next_optional;
  relib::Export<abi::Result<double>(double dividend, double divisor)> divide;
  relib::Export<abi::Result<void>(abi::Result<void>)> same_result;
  relib::Export<abi::Result<abi::Vector<abi::Optional<abi::String>>>(
      abi::Str text)>
      parse;
  relib::Export<Order(const Order&)> double_order;
  relib::Export<Order(Order)> take_order;
  relib::Export<abi::Vector<Wide>(abi::Vector<Wide>)> wide;
  relib::Export<abi::String(uint64_t size)> make_text;
  relib::Export<uint64_t(abi::String text)> hash_text;
  // Values behind pointers aren't copied: one side destroys what the other one
  // created.
  relib::Export<void(abi::String* text, abi::Vector<abi::String>* words)>
      replace;

  relib::Export<void(int32_t kind)> throw_one;
  relib::Export<abi::String(abi::Str text)> call_upper;
  relib::Export<abi::Vector<abi::Vector<int32_t>>()> call_transpose;
  // Calls an import that throws. Returns the type and the text of the
  // exception.
  relib::Export<abi::Vector<abi::String>(abi::Str text)> call_fail;
  relib::Export<int32_t()> count_thread_local;
};
RELIB_INTERFACE(Exports, not_of, next_schar, next_uint8, next_int16,
                next_uint16, next_int32, next_long, next_ull, next_char32,
                half_float, half_double, other_color, same_far, same_pointer,
                sum_of_all, integers, floats, mixed, large, many_by_value,
                greet, join, split, sum, total_size, reverse, maybe,
                next_optional, divide, same_result, parse, double_order,
                take_order, wide, make_text, hash_text, replace, throw_one,
                call_upper, call_transpose, call_fail, count_thread_local);

struct Imports {
  relib::Import<abi::String(abi::Str text)> upper;
  relib::Import<abi::Vector<abi::Vector<int32_t>>(
      abi::Vector<abi::Vector<int32_t>>)>
      transpose;
  relib::Import<void(abi::Str text)> fail;
};
RELIB_INTERFACE(Imports, upper, transpose, fail);

// Returns the FNV-1a hash.
inline uint64_t HashOf(abi::Str text) {
  uint64_t hash = 14695981039346656037u;
  for (char byte : text) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  }
  return hash;
}

}  // namespace exchange

#endif  // RELIB_ABI_TESTDATA_EXCHANGE_H_
