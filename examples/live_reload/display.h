#ifndef EXAMPLES_LIVE_RELOAD_DISPLAY_H_
#define EXAMPLES_LIVE_RELOAD_DISPLAY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "relib/reload/event.h"

// What the user sees: lines of the module, and between them, in a paragraph of
// their own, what happens to the module. In colour if the terminal has it.
class Display {
 public:
  Display();

  // `source` is what the user is asked to edit.
  void Welcome(std::string_view source);

  // A line that version `version` of the module prints.
  void ModuleLine(int version, std::string_view line);

  void Event(const relib::ReloadEvent& event);

  // Something in the way of the program itself.
  void Problem(std::string_view text);

  // The last words, when everything is unloaded; or when `left` says what
  // isn't.
  void Summary(absl::Duration elapsed, const absl::Status& left);

 private:
  enum class Paragraph { kNone, kModule, kEvents };

  std::string Styled(std::string_view style, std::string_view text) const;
  // Starts a new paragraph unless the last line belongs to the same.
  void Begin(Paragraph paragraph);
  void Line(std::string_view style, std::string_view mark,
            std::string_view text);
  // What a compiler wrote.
  void Output(std::string_view text) const;

  const bool color_;
  Paragraph last_ = Paragraph::kNone;
  int versions_ = 0;
  int failures_ = 0;
  std::vector<absl::Duration> overheads_;
};

#endif  // EXAMPLES_LIVE_RELOAD_DISPLAY_H_
