// Uses new and containers as usual. relib takes the memory from the host's
// allocator.

#include "relib/module.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "examples/custom_allocator/notes.h"

namespace {

struct Note {
  char text[1024] = {};
};

std::vector<std::unique_ptr<Note>> notes;

void Keep(int64_t count) {
  for (int64_t i = 0; i < count; ++i) notes.push_back(std::make_unique<Note>());
}

void Forget() {
  for (size_t i = 0; i < notes.size(); i += 10) {
    static_cast<void>(
        notes[i].release());  // NOLINT(bugprone-unused-return-value)
  }
  notes.clear();
}

}  // namespace

RELIB_EXPORTS(NotesExports, .keep = relib::implement<Keep>,
              .forget = relib::implement<Forget>);
