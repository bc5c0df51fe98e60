#include "examples/common/virtual_screen.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "examples/terminal/terminal.h"

VirtualScreen::VirtualScreen(const relib::platform::TerminalSize& size)
    : size_(size) {
  Clear();
}

void VirtualScreen::Clear() {
  rows_.assign(size_.rows, std::string(size_.columns, ' '));
  colors_ = rows_;
}

void VirtualScreen::Put(char character) {
  if (row_ < size_.rows && column_ < size_.columns) {
    rows_[row_][column_] = character;
    colors_[row_][column_] = is_colored_ ? 'c' : ' ';
  }
  ++column_;
}

void VirtualScreen::Execute(std::string_view parameters, char command) {
  std::vector<int> numbers;
  for (std::string_view text : absl::StrSplit(parameters, ';')) {
    int number = 0;
    if (!absl::SimpleAtoi(text, &number)) number = 0;
    numbers.push_back(number);
  }
  switch (command) {
    case 'H':
      row_ = std::max(numbers[0], 1) - 1;
      column_ = numbers.size() > 1 ? std::max(numbers[1], 1) - 1 : 0;
      break;
    case 'J':
      Clear();
      break;
    case 'K':
      for (int column = column_; row_ < size_.rows && column < size_.columns;
           ++column) {
        rows_[row_][column] = ' ';
        colors_[row_][column] = ' ';
      }
      break;
    case 'm':
      is_colored_ = numbers[0] != 0;
      break;
    case 'h':
    case 'l':
      if (parameters == "?1049") is_alternate_ = command == 'h';
      break;
    default:
      break;
  }
}

void VirtualScreen::Write(std::string_view text) {
  pending_ += text;
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const auto first = static_cast<unsigned char>(rest.front());
    if (first == '\x1b') {
      const size_t end =
          std::find_if(rest.begin() + std::min<size_t>(2, rest.size()),
                       rest.end(), absl::ascii_isalpha) -
          rest.begin();
      if (end == rest.size()) break;
      Execute(rest.substr(2, end - 2), rest[end]);
      rest.remove_prefix(end + 1);
      continue;
    }
    size_t size = 1;
    if (first >= 0xc0) size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (rest.size() < size) break;
    if (first == '\n') {
      ++row_;
    } else if (first == '\r') {
      column_ = 0;
    } else {
      Put(size == 1 ? rest.front() : '#');
    }
    rest.remove_prefix(size);
  }
  pending_ = std::string(rest);
}
