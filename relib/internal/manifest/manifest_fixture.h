#ifndef RELIB_INTERNAL_MANIFEST_MANIFEST_FIXTURE_H_
#define RELIB_INTERNAL_MANIFEST_MANIFEST_FIXTURE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/internal/manifest/manifest.h"

namespace relib::internal {

// Returns a part of a manifest as it is in a file.
inline std::string MakeNote(NoteType type, std::string_view text) {
  const uint32_t header[3] = {kNoteOwnerSize,
                              static_cast<uint32_t>(text.size()),
                              static_cast<uint32_t>(type)};
  std::string note(reinterpret_cast<const char*>(header), sizeof(header));
  note.append(kNoteOwner, sizeof(kNoteOwner));
  note.append(text);
  note.resize((note.size() + 3) / 4 * 4);
  return note;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MANIFEST_MANIFEST_FIXTURE_H_
