#ifndef RELIB_INTERNAL_RECORD_H_
#define RELIB_INTERNAL_RECORD_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/internal/build_info.h"
#include "relib/internal/fields.h"
#include "relib/internal/type_text.h"

// The record: what a module says of itself in its file, made at compile time and
// read by record_reader.h before anything in the file runs.
//
// It is a sequence of ELF notes of owner "relib" (in a PE file: of the same bytes
// in a section of its own), one per RELIB_EXPORTS, RELIB_IMPORTS and RELIB_MAIN.
// The description of a note is text, a line per fact, with tabs between the
// fields of a line:
//
//   build   <key>   <value>          the build facts, each once
//   entry   <name>  <signature>      an export or import, in order of the struct
//   type    <name>  <layout>         a type in the entry before it
//   main    <signature>
//
// so that `readelf -p .note.relib` shows it to people.

namespace relib::internal {

enum class NoteType : uint32_t { kExports = 1, kImports = 2, kMain = 3 };

inline constexpr char kNoteOwner[8] = "relib";  // padded to a multiple of 4
inline constexpr uint32_t kNoteOwnerSize = 6;

// As it lies in the file.
template <size_t kTextSize>
struct Note {
  uint32_t owner_size = kNoteOwnerSize;
  uint32_t text_size = kTextSize;
  NoteType type;
  char owner[8] = {'r', 'e', 'l', 'i', 'b', 0, 0, 0};
  // Padded with zeros.
  char text[(kTextSize + 3) / 4 * 4] = {};
};

constexpr std::string BuildText() {
  std::string text;
  for (const BuildFact& fact : kBuildFacts) {
    text += "build\t";
    text += fact.key;
    text += '\t';
    text += fact.value;
    text += '\n';
  }
  return text;
}

template <typename Signature>
constexpr void AppendEntry(std::string& text, std::string_view name) {
  text += "entry\t";
  text += name;
  text += '\t';
  TypeText<Signature>::Append(text);
  text += '\n';
  std::string types;
  TypeLayout<Signature>::Append(types);
  text += types;
}

// The entries of an interface struct, without the build facts: what host and
// module compare.
template <typename Interface, typename... Signatures>
constexpr std::string EntriesText(TypeList<Signatures...>) {
  std::string text;
  size_t index = 0;
  (AppendEntry<Signatures>(text, Interface::kNames[index++]), ...);
  return text;
}

template <typename Signature>
constexpr std::string MainText() {
  std::string text = "main\t";
  TypeText<Signature>::Append(text);
  text += '\n';
  TypeLayout<Signature>::Append(text);
  return text;
}

// `Text` is a type whose static Get() returns the text: a std::string doesn't
// outlive its constant evaluation, so it is made twice, for its size and for its
// bytes.
template <NoteType kType, typename Text>
consteval auto MakeNote() {
  constexpr size_t kSize = Text::Get().size();
  Note<kSize> note{.type = kType};
  const std::string text = Text::Get();
  std::copy(text.begin(), text.end(), note.text);
  return note;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_RECORD_H_
