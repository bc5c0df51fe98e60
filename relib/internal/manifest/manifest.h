#ifndef RELIB_INTERNAL_MANIFEST_MANIFEST_H_
#define RELIB_INTERNAL_MANIFEST_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relib/internal/manifest/build_info.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/stable.h"
#include "relib/internal/types/text.h"
#include "relib/internal/types/type_text.h"

// The manifest: the description that a module carries in its file. It is
// generated at compile time, and manifest_reader.h reads it before any code in
// the file runs.
//
// It is a sequence of ELF notes with the owner "relib", one for each of
// RELIB_EXPORTS, RELIB_IMPORTS and RELIB_MAIN. A PE file has the same bytes in
// a section of its own. The description of a note is text, with a line for each
// fact and tabs between the fields of a line:
//
//   build     <key>   <value>       the build facts, each once
//   entry     <name>  <signature>   an export or import, in order of the struct
//   absent    <name>  <signature>   an OptionalExport without a body
//   main      <signature>
//   type      <name>  <layout>      a type in the entry before it, as
//                                   "size 16, align 8: int x @0; double y @8"
//   unstable  <name>                the first type in the entry before it that
//                                   isn't stable (stable.h); absent if all are
//
// `readelf -p .note.relib` prints it.

namespace relib::internal {

enum class NoteType : uint32_t { kExports = 1, kImports = 2, kMain = 3 };

inline constexpr char kNoteOwner[8] = "relib";  // padded to a multiple of 4
inline constexpr uint32_t kNoteOwnerSize = 6;

// The layout of a note in the file.
template <size_t kTextSize>
struct Note {
  uint32_t owner_size = kNoteOwnerSize;
  uint32_t text_size = kTextSize;
  NoteType type;
  char owner[8] = {'r', 'e', 'l', 'i', 'b', 0, 0, 0};
  // Padded with zeros.
  char text[(kTextSize + 3) / 4 * 4] = {};
};

constexpr Text BuildText() {
  Text text;
  for (const BuildFact& fact : kBuildFacts) {
    text += "build\t";
    text += fact.key;
    text += '\t';
    text += fact.value;
    text += '\n';
  }
  return text;
}

enum class EntryKind {
  kPresent,
  // Only in modules: an OptionalExport without a body.
  kAbsent,
  // Only in hosts, and never in a file: an OptionalExport.
  kOptional,
};

// `kCount` times kPresent.
template <size_t kCount>
struct EntryKinds {
  EntryKind kinds[kCount] = {};
};

// Appends the lines that follow that of an entry or of main.
template <typename Signature>
constexpr void AppendTypes(Text& text) {
  Text types;
  TypeLayout<Signature>::Append(types);
  text += types;
  const Text unstable = StableRule<Signature>::template FirstUnstable<>();
  if (unstable.empty()) return;
  text += "unstable\t";
  text += unstable;
  text += '\n';
}

template <typename Signature>
constexpr void AppendEntry(Text& text, std::string_view name, EntryKind kind) {
  text += kind == EntryKind::kPresent  ? "entry\t"
          : kind == EntryKind::kAbsent ? "absent\t"
                                       : "optional\t";
  text += name;
  text += '\t';
  TypeText<Signature>::Append(text);
  text += '\n';
  AppendTypes<Signature>(text);
}

// Returns the lines of the entries of an interface struct, without the build
// facts. Host and module compare these.
template <typename Interface, typename... Signatures>
constexpr Text EntriesText(TypeList<Signatures...>,
                           const EntryKind (&kinds)[sizeof...(Signatures)]) {
  Text text;
  size_t index = 0;
  ((AppendEntry<Signatures>(text, Interface::kNames[index], kinds[index]),
    ++index),
   ...);
  return text;
}

template <typename Signature>
constexpr Text MainText() {
  Text text = "main\t";
  TypeText<Signature>::Append(text);
  text += '\n';
  AppendTypes<Signature>(text);
  return text;
}

// Returns the note with the text that Source::Get() returns. Get() is evaluated
// twice, for the size and for the bytes, because memory that is allocated in a
// constant evaluation doesn't outlive it.
template <NoteType kType, typename Source>
consteval auto MakeNote() {
  constexpr size_t kSize = Source::Get().size();
  Note<kSize> note{.type = kType};
  const Text text = Source::Get();
  std::string_view(text).copy(note.text, kSize);
  return note;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MANIFEST_MANIFEST_H_
