#include "examples/interfaces/formatter.h"

#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>

#include "relib/module.h"

namespace {

std::string TextOf(const Cell& cell, int decimals) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  char digits[64];
  std::snprintf(digits, sizeof(digits), "%.*f", decimals,
                std::get<double>(cell));
  return digits;
}

std::string FormatRow(std::span<const Cell> cells, Style style) {
  if (style.width <= 0) throw std::invalid_argument("a column needs a width");
  const size_t width = static_cast<size_t>(style.width);
  std::string row;
  for (const Cell& cell : cells) {
    const std::string text = TextOf(cell, style.decimals);
    const std::string padding(text.size() < width ? width - text.size() : 0,
                              ' ');
    row +=
        style.alignment == Alignment::kLeft ? text + padding : padding + text;
  }
  return row;
}

}  // namespace

RELIB_EXPORTS(FormatterExports, .format_row = relib::implement<FormatRow>);
