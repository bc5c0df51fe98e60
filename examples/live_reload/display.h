#ifndef EXAMPLES_LIVE_RELOAD_DISPLAY_H_
#define EXAMPLES_LIVE_RELOAD_DISPLAY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "relib/reload/event.h"

// Prints the lines of the module, and the events of its Reloader in paragraphs
// between them. Uses colors if the terminal has them.
class Display {
 public:
  Display();

  // Prints the title, and asks the user to edit the file `source`.
  void Welcome(std::string_view source);

  // Prints a line of the given version of the module.
  void ModuleLine(int version, std::string_view line);

  void Event(const relib::ReloadEvent& event);

  // Prints an error.
  void Problem(std::string_view text);

  // Prints statistics at the end. `stopped` is the result of Reloader::Stop().
  void Summary(absl::Duration elapsed, const absl::Status& stopped);

 private:
  enum class Paragraph { kNone, kModule, kEvents };

  std::string Styled(std::string_view style, std::string_view text) const;
  // Starts a new paragraph, unless the last line belongs to the same one.
  void Begin(Paragraph paragraph);
  void Line(std::string_view style, std::string_view mark,
            std::string_view text);
  // Prints the output of a compiler.
  void Output(std::string_view text) const;

  const bool color_;
  Paragraph last_ = Paragraph::kNone;
  int versions_ = 0;
  int failures_ = 0;
  std::vector<absl::Duration> overheads_;
};

#endif  // EXAMPLES_LIVE_RELOAD_DISPLAY_H_
