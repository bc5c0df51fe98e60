#ifndef EXAMPLES_COMMON_VIRTUAL_SCREEN_H_
#define EXAMPLES_COMMON_VIRTUAL_SCREEN_H_

#include <string>
#include <string_view>
#include <vector>

#include "examples/terminal/terminal.h"

// For tests: what a terminal shows after it was written to. Knows the escape
// sequences that the examples use: cursor, erasing, colours.
class VirtualScreen {
 public:
  explicit VirtualScreen(const relib::platform::TerminalSize& size);

  void Write(std::string_view text);

  // From 1, as escape sequences count. Every character that isn't ASCII is '#'.
  const std::string& row(int number) const { return rows_[number - 1]; }
  // Where it is coloured: 'c' for each character that is, else ' '.
  const std::string& colours(int number) const { return colours_[number - 1]; }
  // The alternate screen, which leaves the other one as it was.
  bool is_alternate() const { return is_alternate_; }

 private:
  void Put(char character);
  void Execute(std::string_view parameters, char command);
  void Clear();

  const relib::platform::TerminalSize size_;
  std::vector<std::string> rows_;
  std::vector<std::string> colours_;
  int row_ = 0;
  int column_ = 0;
  bool is_coloured_ = false;
  bool is_alternate_ = false;
  // The beginning of a sequence or a character whose rest is to come.
  std::string pending_;
};

#endif  // EXAMPLES_COMMON_VIRTUAL_SCREEN_H_
