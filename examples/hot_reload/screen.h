#ifndef EXAMPLES_HOT_RELOAD_SCREEN_H_
#define EXAMPLES_HOT_RELOAD_SCREEN_H_

#include <string>
#include <string_view>

#include "examples/terminal/terminal.h"
#include "relib/reload/event.h"

// Draws the picture of the module, and three lines below it that describe the
// module and its reloads.
class Screen {
 public:
  // Takes over the terminal; the destructor restores it.
  explicit Screen(const relib::platform::TerminalSize& size);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  void SetSize(const relib::platform::TerminalSize& size);

  // The size of the picture.
  int columns() const { return size_.columns; }
  int rows() const;

  void Event(const relib::ReloadEvent& event);

  // Draws `picture`, which has rows() lines, and `line` of the module.
  void Show(std::string_view picture, std::string_view line) const;

 private:
  relib::platform::TerminalSize size_;
  // Describes the current version and its reload.
  std::string version_ = "no version yet";
  // Describes the last event. `style_` is its color.
  std::string news_;
  std::string_view style_;
};

#endif  // EXAMPLES_HOT_RELOAD_SCREEN_H_
