#ifndef TESTS_MODULES_BOUNDARY_H_
#define TESTS_MODULES_BOUNDARY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "relib/interface.h"

// A module whose exports and imports use every kind of type that may cross.

namespace boundary {

struct Item {
  std::string name;
  std::vector<std::optional<double>> values;
  std::variant<std::monostate, int, std::string> tag;
  std::map<std::string, std::array<int, 2>> table;
  bool operator==(const Item&) const = default;
};

// Contains objects of its own type.
struct Tree {
  std::string name;
  std::vector<Tree> children;
  bool operator==(const Tree&) const = default;
};

// A move-only type.
struct Node {
  int value = 0;
  std::unique_ptr<Node> next;
};

// A move-only class with private fields and a relib::Transfer.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::string_view text)
      : size_(text.size()), data_(new char[text.size()]) {
    text.copy(data_.get(), size_);
  }
  Buffer(Buffer&&) = default;
  std::string_view text() const { return {data_.get(), size_}; }

 private:
  size_t size_ = 0;
  std::unique_ptr<char[]> data_;
};

// An aggregate that contains a view.
struct Line {
  std::string_view text;
  int number = 0;
};

}  // namespace boundary

template <>
struct relib::Transfer<boundary::Buffer> {
  static boundary::Buffer Copy(const boundary::Buffer& buffer) {
    if (buffer.text() == "throw") throw std::length_error("no copy");
    return boundary::Buffer(buffer.text());
  }
};

namespace boundary {

struct Exports {
  relib::Export<Item(const Item& item)> item;
  relib::Export<Item(Item item)> item_by_value;
  relib::Export<std::string(size_t size)> text;
  relib::Export<std::vector<std::vector<std::string>>(
      std::vector<std::vector<std::string>> rows)>
      transpose;
  relib::Export<Tree(Tree tree)> tree;
  relib::Export<Node(int length)> list;
  relib::Export<int(Node list)> sum;
  relib::Export<std::map<int, Buffer>(std::vector<Buffer> buffers)> buffers;
  // Returns a Buffer. Copying one with the text "throw" throws an exception.
  relib::Export<Buffer(std::string_view text)> buffer;
  relib::Export<std::optional<std::unique_ptr<std::string>>(bool full)> owned;
  relib::Export<relib::Borrowed<std::string_view>(std::string_view text)>
      first_word;
  relib::Export<relib::Borrowed<std::span<const int>>(
      std::span<const int> numbers)>
      rest;
  relib::Export<relib::Borrowed<Line>(const std::vector<Line>& lines)> longest;
  relib::Export<void(std::span<int> numbers)> negate;
  relib::Export<bool(bool, char, int8_t, uint64_t, float, double, const void*)>
      all_scalars;
  relib::Export<long double(long double)> long_double;

  relib::Export<int(relib::FunctionRef<int(int)> callback, int value)> twice;
  relib::Export<std::string(
      relib::FunctionRef<std::string(const Item&)> describe, Item item)>
      describe;
  relib::Export<std::string(relib::FunctionRef<void()> callback)>
      what_it_throws;
  relib::Export<int(int depth)> down;
  // Passes a callback to the import `each`.
  relib::Export<int(int count)> collect;
  relib::Export<std::string(int count)> collect_and_throw;

  relib::OptionalExport<int()> present;
  relib::OptionalExport<int()> absent;
};
RELIB_INTERFACE(Exports, item, item_by_value, text, transpose, tree, list, sum,
                buffers, buffer, owned, first_word, rest, longest, negate,
                all_scalars, long_double, twice, describe, what_it_throws, down,
                collect, collect_and_throw, present, absent);

struct Imports {
  relib::Import<Item(Item item)> item;
  relib::Import<Node(Node list)> list;
  relib::Import<relib::Borrowed<std::string_view>(std::string_view text)>
      last_word;
  // Calls `visit` `count` times.
  relib::Import<void(int count, relib::FunctionRef<void(int)> visit)> each;
  relib::Import<int(int depth)> down;
};
RELIB_INTERFACE(Imports, item, list, last_word, each, down);

}  // namespace boundary

#endif  // TESTS_MODULES_BOUNDARY_H_
