#ifndef EXAMPLES_COMMON_VIRTUAL_SCREEN_H_
#define EXAMPLES_COMMON_VIRTUAL_SCREEN_H_

#include <string>
#include <string_view>
#include <vector>

#include "examples/terminal/terminal.h"

// A terminal for tests. Supports the escape sequences that the examples use:
// for the cursor, erasing and colors.
class VirtualScreen {
 public:
  explicit VirtualScreen(const relib::platform::TerminalSize& size);

  void Write(std::string_view text);

  // Returns the text of a row. Rows count from 1, as in escape sequences. A
  // character that is not ASCII is '#'.
  const std::string& row(int number) const { return rows_[number - 1]; }
  // Returns 'c' for each colored character of a row, and ' ' for the others.
  const std::string& colors(int number) const { return colors_[number - 1]; }
  // Returns true if the program has switched to the alternate screen.
  bool is_alternate() const { return is_alternate_; }

 private:
  void Put(char character);
  void Execute(std::string_view parameters, char command);
  void Clear();

  const relib::platform::TerminalSize size_;
  std::vector<std::string> rows_;
  std::vector<std::string> colors_;
  int row_ = 0;
  int column_ = 0;
  bool is_colored_ = false;
  bool is_alternate_ = false;
  // The beginning of an incomplete escape sequence or character.
  std::string pending_;
};

#endif  // EXAMPLES_COMMON_VIRTUAL_SCREEN_H_
