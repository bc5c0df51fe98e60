#ifndef RELIB_STATE_MIGRATION_H_
#define RELIB_STATE_MIGRATION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace relib {

// What became of a state when its value went into another layout. A value.
struct StateMigration {
  // Values that didn't fit.
  struct Loss {
    // "World.entities[].hp".
    std::string field;
    // "int64_t to int8_t", "Color: there is no kMauve any more".
    std::string what;
    uint64_t count = 0;

    bool operator==(const Loss&) const = default;
  };

  // The type of the state.
  std::string state;
  // False if the layout is the same: nothing was done.
  bool layout_changed = false;
  // Fields, as "World.entities[].speed": new ones, which have the defaults of
  // the new code; those that are gone; those of another type: "World.hp: int to
  // float".
  std::vector<std::string> added = {};
  std::vector<std::string> removed = {};
  std::vector<std::string> converted = {};
  // "World.entities[] from OldEntity": what RELIB_MIGRATE has done.
  std::vector<std::string> migrated = {};
  // What didn't survive.
  std::vector<Loss> lost = {};

  // For people: a line that sums it up, and one for each of the above. Ends
  // without a newline.
  std::string ToString() const;

  bool operator==(const StateMigration&) const = default;
};

}  // namespace relib

#endif  // RELIB_STATE_MIGRATION_H_
