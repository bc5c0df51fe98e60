#include "relib/abi/testdata/exchange.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "relib/module.h"

namespace exchange {
namespace {

template <typename T>
T Next(T value) {
  return static_cast<T>(value + 1);
}
template <typename T>
T Half(T value) {
  return value / 2;
}
template <typename T>
T Same(T value) {
  return value;
}

double SumOfAll(bool a, float b, uint8_t c, double d, int16_t e, Color f,
                signed char g, float h, char16_t i) {
  return a + b + c + d + e + static_cast<int>(f) + g + h + i;
}

Integers TurnIntegers(Integers v) {
  return {-v.a, -v.b, static_cast<int8_t>(-v.c)};
}
Floats TurnFloats(Floats v) { return {-v.x, -v.y}; }
Mixed AddMixed(Mixed a, const Mixed& b) {
  return {a.x + b.x, a.number + b.number, a.flag != b.flag};
}
Large TurnLarge(Large v) {
  for (double& value : v.values) value = -value;
  v.color = Color::kBlue;
  return v;
}
Large ManyByValue(abi::Str text, Large v, abi::Slice<const int32_t> numbers,
                  Mixed mixed) {
  v.values[0] = static_cast<double>(text.size());
  v.values[1] = static_cast<double>(numbers.size());
  v.values[2] = numbers.empty() ? 0 : numbers[numbers.size() - 1];
  v.values[3] = mixed.x + mixed.number;
  return v;
}

abi::String Greet(abi::Str name) {
  abi::String text = "hello ";
  text += name;
  return text;
}

abi::String Join(const abi::Vector<abi::String>& words, abi::String separator) {
  abi::String text;
  for (const abi::String& word : words) {
    if (&word != words.begin()) text += separator;
    text += word;
  }
  return text;
}

abi::Vector<abi::String> Split(abi::Str text, char separator) {
  abi::Vector<abi::String> parts;
  std::string_view rest = text;
  for (size_t at = rest.find(separator); at != std::string_view::npos;
       at = rest.find(separator)) {
    parts.push_back(rest.substr(0, at));
    rest.remove_prefix(at + 1);
  }
  parts.push_back(rest);
  return parts;
}

int64_t Sum(abi::Slice<const int32_t> numbers) {
  int64_t sum = 0;
  for (int32_t number : numbers) sum += number;
  return sum;
}

uint64_t TotalSize(abi::Slice<const abi::String> texts) {
  uint64_t size = 0;
  for (const abi::String& text : texts) size += text.size();
  return size;
}

void Reverse(abi::Slice<int32_t> numbers) {
  std::reverse(numbers.begin(), numbers.end());
}

abi::Optional<abi::Vector<abi::String>> Maybe(bool some) {
  if (!some) return std::nullopt;
  return abi::Vector<abi::String>{"some", "", std::string(100, 'x')};
}

abi::Optional<int32_t> NextOptional(abi::Optional<int32_t> value) {
  if (value.has_value()) ++*value;
  return value;
}

abi::Result<double> Divide(double dividend, double divisor) {
  if (divisor == 0) {
    return abi::Error{.message = "division by zero", .code = 33};
  }
  return dividend / divisor;
}

abi::Result<abi::Vector<abi::Optional<abi::String>>> Parse(abi::Str text) {
  if (text.empty()) return abi::Error{.message = "nothing there", .code = -1};
  abi::Vector<abi::Optional<abi::String>> result;
  for (abi::String& part : Split(text, ',')) {
    if (part.empty()) {
      result.emplace_back();
    } else {
      result.emplace_back(std::move(part));
    }
  }
  return result;
}

Order DoubleOrder(const Order& order) {
  Order result = order;
  for (const Named<int32_t>& item : order.items) result.items.push_back(item);
  result.customer += " & co";
  if (result.notes.has_value()) result.notes->push_back("doubled");
  for (abi::Vector<double>& row : result.table) {
    for (double& value : row) value *= 2;
  }
  result.mixed.flag = !order.mixed.flag;
  return result;
}

abi::Vector<Wide> AddWide(abi::Vector<Wide> values) {
  values.push_back({.number = static_cast<int32_t>(values.size())});
  for (const Wide& value : values) {
    if (reinterpret_cast<uintptr_t>(&value) % alignof(Wide) != 0) {
      throw std::logic_error("not aligned");
    }
  }
  return values;
}

abi::String MakeText(uint64_t size) {
  abi::String text;
  text.resize(size);
  uint32_t seed = 1;
  for (char& byte : text) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  return text;
}

void Replace(abi::String* text, abi::Vector<abi::String>* words) {
  // Frees the host's memory, and allocates this side's.
  *text = abi::String("the module's own text, too long for any buffer inside");
  words->push_back("first");
  words->push_back(*text);
  (*words)[0] = abi::String(std::string(100, 'm'));
}

void ThrowOne(int32_t kind) {
  switch (kind) {
    case 0:
      throw std::out_of_range("kind 0");
    case 1:
      throw std::string("a string");
    case 2:
      throw 42;
    case 3:
      std::throw_with_nested(std::runtime_error("the outer one"));
    case 4:
      (void)abi::Result<int32_t>(abi::Error{.message = "no value", .code = 1})
          .value();
  }
}

abi::String CallUpper(abi::Str text) {
  return relib::imports<Imports>().upper(text);
}

abi::Vector<abi::Vector<int32_t>> CallTranspose() {
  return relib::imports<Imports>().transpose({{1, 2, 3}, {4, 5, 6}});
}

abi::Vector<abi::String> CallFail(abi::Str text) {
  try {
    relib::imports<Imports>().fail(text);
  } catch (const relib::ImportError& error) {
    return {error.type(), error.what()};
  }
  return {};
}

// Destroyed when the thread ends or the module is unloaded.
struct Counter {
  ~Counter() { number.reset(); }
  std::unique_ptr<int32_t> number = std::make_unique<int32_t>(0);
};
int32_t CountThreadLocal() {
  thread_local Counter counter;
  return ++*counter.number;
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(
    Exports, .not_of = relib::implement<[](bool value) { return !value; }>,
    .next_schar = relib::implement<Next<signed char>>,
    .next_uint8 = relib::implement<Next<uint8_t>>,
    .next_int16 = relib::implement<Next<int16_t>>,
    .next_uint16 = relib::implement<Next<uint16_t>>,
    .next_int32 = relib::implement<Next<int32_t>>,
    .next_long = relib::implement<Next<long>>,
    .next_ull = relib::implement<Next<unsigned long long>>,
    .next_char32 = relib::implement<Next<char32_t>>,
    .half_float = relib::implement<Half<float>>,
    .half_double = relib::implement<Half<double>>,
    .other_color = relib::implement<[](Color color) {
      return color == Color::kRed ? Color::kBlue : Color::kRed;
    }>,
    .same_far = relib::implement<Same<Far>>,
    .same_pointer = relib::implement<Same<const Opaque*>>,
    .sum_of_all = relib::implement<SumOfAll>,
    .integers = relib::implement<TurnIntegers>,
    .floats = relib::implement<TurnFloats>, .mixed = relib::implement<AddMixed>,
    .large = relib::implement<TurnLarge>,
    .many_by_value = relib::implement<ManyByValue>,
    .greet = relib::implement<Greet>, .join = relib::implement<Join>,
    .split = relib::implement<Split>, .sum = relib::implement<Sum>,
    .total_size = relib::implement<TotalSize>,
    .reverse = relib::implement<Reverse>, .maybe = relib::implement<Maybe>,
    .next_optional = relib::implement<NextOptional>,
    .divide = relib::implement<Divide>,
    .same_result = relib::implement<Same<abi::Result<void>>>,
    .parse = relib::implement<Parse>,
    .double_order = relib::implement<DoubleOrder>,
    .take_order = relib::implement<Same<Order>>,
    .wide = relib::implement<AddWide>, .make_text = relib::implement<MakeText>,
    .hash_text =
        relib::implement<[](const abi::String& text) { return HashOf(text); }>,
    .replace = relib::implement<Replace>,
    .throw_one = relib::implement<ThrowOne>,
    .call_upper = relib::implement<CallUpper>,
    .call_transpose = relib::implement<CallTranspose>,
    .call_fail = relib::implement<CallFail>,
    .count_thread_local = relib::implement<CountThreadLocal>);

}  // namespace exchange
