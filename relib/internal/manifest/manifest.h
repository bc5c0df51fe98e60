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

// The manifest: what a module says of itself in its file, made at compile time
// and read by manifest_reader.h before anything in the file runs.
//
// It is a sequence of ELF notes of owner "relib" (in a PE file: of the same
// bytes in a section of its own), one per RELIB_EXPORTS, RELIB_IMPORTS and
// RELIB_MAIN. The description of a note is text, a line per fact, with tabs
// between the fields of a line:
//
//   build     <key>   <value>       the build facts, each once
//   entry     <name>  <signature>   an export or import, in order of the struct
//   absent    <name>  <signature>   an OptionalExport without a body
//   main      <signature>
//   type      <name>  <layout>      a type in the entry before it, as
//                                   "size 16, align 8: int x @0; double y @8"
//   unstable  <name>                the first type in the entry before it that
//   is
//                                   another one to another compiler; none: the
//                                   entry is stable (stable.h)
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
  // Only in a module.
  kAbsent,
  // Only in a host, and never in a file: it does without.
  kOptional,
};

// As many that are present.
template <size_t kCount>
struct EntryKinds {
  EntryKind kinds[kCount] = {};
};

// What stands behind the line of an entry or of main.
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

// The entries of an interface struct, without the build facts: what host and
// module compare.
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

// `Source` is a type whose static Get() returns the text: memory doesn't
// outlive the constant evaluation that took it, so it is made twice, for its
// size and for its bytes.
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
