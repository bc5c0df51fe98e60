#ifndef EXAMPLES_INTERFACES_FORMATTER_H_
#define EXAMPLES_INTERFACES_FORMATTER_H_

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "relib/interface.h"

// The interface of the formatter module.

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
  // Has a default body for modules that don't implement it.
  relib::Export<std::string(std::string_view title)> format_title =
      relib::implement<[](std::string_view title) {
        return std::string(title);
      }>;
};
RELIB_INTERFACE(FormatterExports, format_row, format_title);

#endif  // EXAMPLES_INTERFACES_FORMATTER_H_
