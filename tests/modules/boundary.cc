#include "tests/modules/boundary.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relib/module.h"

namespace boundary {
namespace {

Imports const& Host() { return relib::imports<Imports>(); }

using Rows = std::vector<std::vector<std::string>>;

Rows Transpose(Rows rows) {
  Rows result;
  for (size_t x = 0; !rows.empty() && x < rows[0].size(); ++x) {
    std::vector<std::string>& column = result.emplace_back();
    for (std::vector<std::string>& row : rows) {
      column.push_back(std::move(row[x]));
    }
  }
  return result;
}

Node List(int length) {
  Node list{.value = length, .next = nullptr};
  if (length > 1) list.next = std::make_unique<Node>(List(length - 1));
  // A list of three elements passes through the host.
  return length == 3 ? Host().list(std::move(list)) : std::move(list);
}

int Sum(const Node& list) {
  return list.value + (list.next == nullptr ? 0 : Sum(*list.next));
}

std::map<int, Buffer> Number(std::vector<Buffer> buffers) {
  std::map<int, Buffer> result;
  int number = 0;
  for (Buffer& buffer : buffers) result.emplace(++number, std::move(buffer));
  return result;
}

std::optional<std::unique_ptr<std::string>> Owned(bool full) {
  if (!full) return std::nullopt;
  return std::make_unique<std::string>(100, 'o');
}

std::string WhatItThrows(relib::FunctionRef<void()> callback) {
  try {
    callback();
    return "nothing";
  } catch (const relib::ImportError& error) {
    return error.what();
  }
}

int Collect(int count) {
  int sum = 0;
  Host().each(count, [&](int value) { sum += value; });
  return sum;
}

std::string CollectAndThrow(int count) {
  try {
    Host().each(count, [](int value) {
      throw std::out_of_range("at " + std::to_string(value));
    });
    return "nothing";
  } catch (const relib::ImportError& error) {
    return error.what();
  }
}

relib::Borrowed<Line> Longest(const std::vector<Line>& lines) {
  return *std::max_element(lines.begin(), lines.end(),
                           [](const Line& a, const Line& b) {
                             return a.text.size() < b.text.size();
                           });
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(
    Exports,
    .item =
        relib::implement<[](const Item& item) { return Host().item(item); }>,
    .item_by_value = relib::implement<[](Item item) {
      item.name += "!";
      return item;
    }>,
    .text = relib::implement<[](size_t size) {
      std::string text(size, '\0');
      if (size != 0) text.back() = 'x';
      return text;
    }>,
    .transpose = relib::implement<Transpose>,
    .tree = relib::implement<[](Tree tree) {
      std::reverse(tree.children.begin(), tree.children.end());
      return tree;
    }>,
    .list = relib::implement<List>, .sum = relib::implement<Sum>,
    .buffers = relib::implement<Number>,
    .buffer =
        relib::implement<[](std::string_view text) { return Buffer(text); }>,
    .owned = relib::implement<Owned>,
    .first_word = relib::implement<[](std::string_view text) {
      return relib::Borrowed<std::string_view>(text.substr(0, text.find(' ')));
    }>,
    .rest = relib::implement<[](std::span<const int> numbers) {
      return relib::Borrowed<std::span<const int>>(numbers.subspan(1));
    }>,
    .longest = relib::implement<Longest>,
    .negate = relib::implement<[](std::span<int> numbers) {
      for (int& number : numbers) number = -number;
    }>,
    .all_scalars = relib::implement<[](bool b, char c, int8_t i8, uint64_t u64,
                                       float f, double d, const void* pointer) {
      return b && c == 'c' && i8 == -8 && u64 == ~uint64_t{0} && f == 0.5F &&
             d == 0.25 && pointer != nullptr;
    }>,
    .long_double =
        relib::implement<[](long double value) { return value / 3; }>,
    .twice =
        relib::implement<[](relib::FunctionRef<int(int)> callback, int value) {
          return callback(callback(value));
        }>,
    .describe = relib::implement<
        [](relib::FunctionRef<std::string(const Item&)> describe,
           const Item& item) { return describe(item) + "."; }>,
    .what_it_throws = relib::implement<WhatItThrows>,
    .down = relib::implement<[](int depth) {
      return depth == 0 ? 0 : 1 + Host().down(depth - 1);
    }>,
    .collect = relib::implement<Collect>,
    .collect_and_throw = relib::implement<CollectAndThrow>,
    .present = relib::implement<[] { return 1; }>);

}  // namespace boundary
