#ifndef EXAMPLES_HOT_RELOAD_SCREEN_H_
#define EXAMPLES_HOT_RELOAD_SCREEN_H_

#include <string>
#include <string_view>

#include "examples/terminal/terminal.h"
#include "relib/reload/event.h"

// What the user sees: the picture of the module, and below it what happens to
// the module, on three lines.
class Screen {
 public:
  // Takes the terminal over until it is destroyed.
  explicit Screen(const relib::platform::TerminalSize& size);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  void SetSize(const relib::platform::TerminalSize& size);

  // What is left for the picture.
  int columns() const { return size_.columns; }
  int rows() const;

  void Event(const relib::ReloadEvent& event);

  // `picture` has rows() lines; `line` is what the module says of it.
  void Show(std::string_view picture, std::string_view line) const;

 private:
  relib::platform::TerminalSize size_;
  // Of the version that runs: how it came, and what became of the state.
  std::string version_ = "no version yet";
  // What happens now, or went wrong last; and its colour.
  std::string news_;
  std::string_view style_;
};

#endif  // EXAMPLES_HOT_RELOAD_SCREEN_H_
