#ifndef RELIB_STATE_MIGRATION_H_
#define RELIB_STATE_MIGRATION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace relib {

// Describes how a state changed when its value was carried over into another
// layout.
struct StateMigration {
  // Values of a field that couldn't be kept.
  struct Loss {
    // "World.entities[].hp".
    std::string field;
    // "int64_t to int8_t".
    std::string what;
    // The number of values.
    uint64_t count = 0;

    bool operator==(const Loss&) const = default;
  };

  // The name of the type.
  std::string state;
  // False if the layouts are the same; then nothing else is set.
  bool layout_changed = false;
  // New fields, which have the defaults of the new code:
  // "World.entities[].speed".
  std::vector<std::string> added = {};
  // Fields that no longer exist.
  std::vector<std::string> removed = {};
  // Fields whose type has changed: "World.hp: int to float".
  std::vector<std::string> converted = {};
  // Runs of RELIB_MIGRATE: "World.entities[] from OldEntity".
  std::vector<std::string> migrated = {};
  // Values that couldn't be kept.
  std::vector<Loss> lost = {};

  // Returns a readable summary: a line for the whole, and one for each entry.
  // Doesn't end with a newline.
  std::string ToString() const;

  bool operator==(const StateMigration&) const = default;
};

}  // namespace relib

#endif  // RELIB_STATE_MIGRATION_H_
