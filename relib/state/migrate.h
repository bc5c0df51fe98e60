#ifndef RELIB_STATE_MIGRATE_H_
#define RELIB_STATE_MIGRATE_H_

// For modules: what to do with a state of an older version, beyond carrying its
// fields over by name.
//
//   struct OldWorld {
//     double velocity;  // in m/s, and gone from World
//   };
//   RELIB_MIGRATE(const OldWorld& old, World& world) {
//     world.speed_kmh = old.velocity * 3.6;
//   }
//
// OldWorld lists, by their old names and types, the fields of the older World
// that the body needs; it is filled from the old value by name. The body runs
// once for each World (or Entity: any struct in a state may have one) of an
// older layout that has all of these fields, if at least one of them is gone
// from World by now, has another type there, or is relib::Absent and there now;
// after everything else was carried over. A field of World that OldWorld lists
// as well, and whose type can't be converted, is left to the body.
//
// A module may have many, also for the same type: all that fit run, in the
// order of a source file. One that throws ends the migration: the old version
// goes on with the old value.

#include <type_traits>

#include "relib/internal/boundary/thunk.h"
#include "relib/state/interface.h"

namespace relib {

// The type of a field in the old struct of a RELIB_MIGRATE that mustn't have
// been there:
//
//   struct OldWorld {
//     int ticks;
//     relib::Absent seconds;
//   };
//   RELIB_MIGRATE(const OldWorld& old, World& world) {
//     world.seconds = old.ticks / 60.0;
//   }
//
// Otherwise the body would run again, and undo changes of `seconds`, whenever
// something else is added to World.
struct Absent {};

namespace internal {

template <typename Old, typename New>
struct RegisteredMigrator : StateMigrator {
  explicit RegisteredMigrator(Failure* (*run)(const void*, void*))
      : StateMigrator{&StateTypeOf<Old>::kType, &StateTypeOf<New>::kType, run,
                      nullptr} {
    StateMigrator** last = &first_state_migrator;
    while (*last != nullptr) last = &(*last)->next;
    *last = this;
  }
};

template <auto kFunction>
struct MigratorOf;
template <typename Old, typename New, void (*kFunction)(const Old&, New&)>
struct MigratorOf<kFunction> : RegisteredMigrator<Old, New> {
  static_assert(!std::is_same_v<Old, New>,
                "relib: RELIB_MIGRATE takes a struct of the old fields, and "
                "the type as it is now");

  MigratorOf() : RegisteredMigrator<Old, New>(&Run) {}

  static Failure* Run(const void* old, void* now) {
    return internal::Run<void>(nullptr, [&] {
      kFunction(*static_cast<const Old*>(old), *static_cast<New*>(now));
    });
  }
};

}  // namespace internal
}  // namespace relib

// At namespace scope of a source file of the module:
// RELIB_MIGRATE(const OldWorld& old, World& world) { ... }
#define RELIB_MIGRATE(old, now)                                               \
  RELIB_INTERNAL_MIGRATE(RELIB_INTERNAL_JOIN(relib_migrate_, __LINE__),       \
                         RELIB_INTERNAL_JOIN(relib_migrator_, __LINE__), old, \
                         now)
#define RELIB_INTERNAL_JOIN(a, b) RELIB_INTERNAL_JOIN_2(a, b)
#define RELIB_INTERNAL_JOIN_2(a, b) a##b
#define RELIB_INTERNAL_MIGRATE(function, migrator, old, now) \
  static void function(old, now);                            \
  static ::relib::internal::MigratorOf<&function> migrator;  \
  static void function(old, now)

#endif  // RELIB_STATE_MIGRATE_H_
