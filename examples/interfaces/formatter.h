#ifndef EXAMPLES_INTERFACES_FORMATTER_H_
#define EXAMPLES_INTERFACES_FORMATTER_H_

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "relib/interface.h"

// What the formatter module and its host share.

enum class Alignment { kLeft, kRight };

struct Style {
  Alignment alignment = Alignment::kLeft;
  int width = 12;
  int decimals = 1;
};

using Cell = std::variant<std::string, double>;

struct FormatterExports {
  relib::Export<std::string(std::span<const Cell> cells, Style style)>
      format_row;
  // The module needn't have one: this is what it does then.
  relib::Export<std::string(std::string_view title)> format_title =
      relib::implement<[](std::string_view title) {
        return std::string(title);
      }>;
};
RELIB_INTERFACE(FormatterExports, format_row, format_title);

#endif  // EXAMPLES_INTERFACES_FORMATTER_H_
